import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { pages, readPage, root } from './blocks.ts';
import { renderPage } from './generated-pages.ts';
import { sections } from './sections.ts';

const links = /\]\((?!https?:)([^)\s]+)\)/g;

describe.each(pages)('%s', (file) => {
  it('has its generated sections up to date (npx tsx tests/docs/generate.ts)', async () => {
    expect(readPage(file)).toBe(await renderPage(file));
  });

  it('links to files and headings that exist', () => {
    for (const [, target = ''] of readPage(file).matchAll(links)) {
      const [path = '', heading] = target.split('#');
      const linked = path === '' ? file : join(dirname(file), path);
      expect(existsSync(join(root, linked)), target).toBe(true);
      if (heading !== undefined) expect(headingsOf(linked), target).toContain(heading);
    }
  });
});

it('has a page for every generated section', () => {
  const all = pages.map(readPage).join('\n');
  for (const name of Object.keys(sections)) expect(all).toContain(`<!-- generated: ${name} -->`);
});

it('lists the error codes of the program and no others', () => {
  const rows = [...readPage('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, meaning]) => [code, { status: Number(status), meaning }]);
  expect(Object.fromEntries(rows)).toEqual(errorCodes);
});

it('is linked from the index', () => {
  for (const file of pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')) expect(readPage('docs/README.md')).toContain(`](${file.slice('docs/'.length)})`);
});

function headingsOf(file: string): readonly string[] {
  return [...readPage(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}
