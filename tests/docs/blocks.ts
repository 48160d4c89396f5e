import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a page. The words after the language say how it is proven. */
export interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly tags: readonly string[];
  readonly text: string;
}

/** README first, then the pages below `docs/`. */
export const pages: readonly string[] = ['README.md', ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort().map((name) => `docs/${name}`)];

export function readPage(file: string): string {
  return readFileSync(`${root}${file}`, 'utf8');
}

/** Blocks of a page in order. */
export function blocksOf(file: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: string; readonly lines: string[] } | undefined;
  for (const [index, line] of readPage(file).split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open) {
      const [language = '', ...tags] = open.info.split(/\s+/);
      blocks.push({ file, line: open.line, language, tags, text: open.lines.join('\n') });
      open = undefined;
    } else open = { line: index + 1, info: line.slice(3).trim(), lines: [] };
  }
  if (open) throw new Error(`${file}:${open.line} opens a block that nothing closes.`);
  return blocks;
}

/** Blocks of all pages with this language and tag. */
export function blocksWith(language: string, tag: string): readonly Block[] {
  return pages.flatMap(blocksOf).filter((block) => block.language === language && block.tags.includes(tag));
}

export const nameOf = ({ file, line }: Block): string => `${file}:${line}`;
