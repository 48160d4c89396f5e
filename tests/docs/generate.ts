import { writeFileSync } from 'node:fs';
import { pages, readPage, root } from './blocks.ts';
import { renderPage } from './generated-pages.ts';

// `npx tsx tests/docs/generate.ts` writes the generated sections of README and docs.
for (const file of pages) {
  const text = await renderPage(file);
  if (text === readPage(file)) continue;
  writeFileSync(`${root}${file}`, text);
  console.log(`wrote ${file}`);
}
