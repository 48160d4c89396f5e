import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { readPage, root } from './blocks.ts';

/** Files that check values and inputs. */
const folders = ['src/metadata/field-types', 'src/resolvers/write', 'src/plugins/rules'];
const sources = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(root, folder, name), 'utf8')));

it('docs/errors.md explains every code of a refused value, and no others', () => {
  const used = new Set(sources.flatMap((text) => [...text.matchAll(/(?:code: |refuse\((?:[^()'\n]*?, )?)'([A-Z][A-Z_]+)'/g)].map(([, code]) => code)));
  const table = readPage('docs/errors.md').split('## Problem codes')[1] ?? '';
  const explained = [...table.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code));
  const general = new Set(Object.keys(errorCodes));
  expect([...used].filter((code) => code !== undefined && !general.has(code) && !explained.includes(code))).toEqual([]);
  expect(explained.filter((code) => !used.has(code))).toEqual([]);
});
