import { compileFunction } from 'node:vm';
import * as graphqlWs from 'graphql-ws';
import ts from 'typescript';
import * as ws from 'ws';
import * as objectos from '../../src/index.ts';
import { blocksOf } from './blocks.ts';

/** Exports of a TypeScript block of a page, run in this process with the platform of the tests; `modules` are others that it may import. */
export function loadBlock(file: string, contains: string, modules: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const block = blocksOf(file).find(({ language, text }) => language === 'ts' && text.includes(contains));
  if (!block) throw new Error(`${file} has no TypeScript with "${contains}".`);
  return runModule(block.text, modules, `${file}:${block.line}`);
}

/** Exports of the text of a module. */
export function runModule(text: string, modules: Readonly<Record<string, unknown>> = {}, place = 'The module'): Readonly<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 } });
  const exported: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    const known: Readonly<Record<string, unknown>> = { objectos, 'graphql-ws': graphqlWs, ws, ...modules };
    if (Object.hasOwn(known, name)) return known[name];
    throw new Error(`${place} imports ${name}, which this test does not know.`);
  };
  compileFunction(outputText, ['exports', 'require', 'console'])(exported, require, { log: () => undefined });
  return exported;
}
