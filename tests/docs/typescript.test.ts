import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { blocksOf, nameOf, pages, root } from './blocks.ts';
import type { Block } from './blocks.ts';

const entry = join(root, 'src/index.ts');
const blocks = pages.flatMap(blocksOf).filter(({ language }) => language === 'ts');

/** `file=plugins/deals.ts` names a block, so that others of the page can import it. */
const fileOf = ({ tags, line }: Block): string => tags.find((tag) => tag.startsWith('file='))?.slice('file='.length) ?? `line-${line}.ts`;

/** As if every page were a folder of the repository. */
const pathOf = (block: Block): string => join(root, 'tests/docs', block.file.replaceAll(/[/.]/g, '-'), fileOf(block));

function typeCheck(): readonly string[] {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config, ts.sys, root);
  const checked = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const texts = new Map(blocks.map((block) => [pathOf(block), block.text]));
  const host = ts.createCompilerHost(checked);
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.directoryExists = (path) => [...texts.keys()].some((text) => text.startsWith(`${path}/`)) || ts.sys.directoryExists(path);
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...texts.keys()], checked, host);
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start, file }) => `${path}:${(file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1}  ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  });
}

/** Runs a program of a page in a process of its own, in the folder of the sample app, with the page's other files beside it. */
async function run(program: Block): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'objectos-docs-'));
  try {
    for (const block of blocks.filter(({ file }) => file === program.file)) {
      const path = join(folder, fileOf(block));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, block.text.replaceAll("from 'objectos'", `from ${JSON.stringify(pathToFileURL(entry).href)}`));
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, join(folder, fileOf(program))], { cwd: root, env: { PATH: process.env['PATH'] } });
    return stdout.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('TypeScript of the pages', () => {
  it('has examples', () => {
    expect(blocks.map(({ file }) => file)).toEqual(expect.arrayContaining(['README.md', 'docs/plugins.md']));
  });

  it('compiles', () => {
    expect(typeCheck()).toEqual([]);
  }, 60_000);

  it.each(blocks.filter(({ tags }) => tags.includes('run')).map((block) => ({ block, name: nameOf(block) })))('runs $name', async ({ block }) => {
    const shown = blocksOf(block.file).find(({ language, line }) => language === 'text' && line > block.line);
    expect(await run(block)).toBe(shown?.text);
  }, 60_000);
});
