import { Script } from 'node:vm';

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
