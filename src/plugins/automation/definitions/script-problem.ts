import { Script } from 'node:vm';
import type { Capability } from '../rule.ts';

/** What stands in the way of reading a script, with its line; undefined when nothing does. It is read here only: scripts run in an engine of their own. */
export function scriptProblem(code: string): string | undefined {
  try {
    new Script(`(async function (ctx) {\n${code}\n})`, { filename: 'script', lineOffset: -1 });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = Math.min(Number(/^script:(\d+)/.exec(error.stack ?? '')?.[1] ?? 1), code.split('\n').length);
    return `the script has a mistake in line ${line}: ${error.message}`;
  }
}

const calls: readonly (readonly [call: RegExp, capability: Capability])[] = [
  [/\bctx\.http(?=\()/, 'http'], [/\bctx\.api\.query(?=\()/, 'read'], [/\bctx\.api\.(create|update|delete)(?=\()/, 'write'], [/\bctx\.log(ger)?(?=\.\w+\()/, 'log'],
];

/** What the script calls in plain words and would not find. */
export function calledWithout(given: ReadonlySet<Capability>, code: string): readonly { readonly call: string; readonly capability: Capability }[] {
  const text = code.replace(/(^|\s)\/\/.*$|\/\*[^]*?\*\//gm, '');
  return calls.flatMap(([pattern, capability]) => {
    const call = pattern.exec(text)?.[0];
    return call === undefined || given.has(capability) ? [] : [{ call, capability }];
  });
}
