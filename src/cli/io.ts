import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes. Answers go to `out`, everything for people beside them to `error`, so that pipes stay clean. */
export interface Io {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Colours the text on a terminal; gives it back as it is elsewhere. */
  readonly style: (style: Style, text: string) => string;
  readonly colored: boolean;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createIo({ env, stdout, stderr, signal }: { readonly env: NodeJS.ProcessEnv; readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream; readonly signal: AbortSignal }): Io {
  const colored = stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb';
  return {
    out: (text) => void stdout.write(`${text}\n`),
    error: (text) => void stderr.write(`${text}\n`),
    colored,
    style: (style, text) => (colored ? styleText(style, text) : text),
    signal,
    env,
  };
}

/** Columns as wide as their widest cell, two spaces apart; the last column is not padded. */
export function formatTable(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) => indent + row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')).join('\n');
}

/** `1 object`, `12 objects`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : many}`;
}
