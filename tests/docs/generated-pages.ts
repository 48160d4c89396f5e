import { readPage } from './blocks.ts';
import { sections } from './sections.ts';

const section = /(<!-- generated: ([a-z ]+) -->\n)[\s\S]*?(<!-- end of generated text -->)/g;

/** A page with its generated sections as they should be. */
export async function renderPage(file: string): Promise<string> {
  const text = readPage(file);
  const texts = new Map<string, string>();
  for (const [, , name = ''] of text.matchAll(section)) {
    const make = sections[name];
    if (!make) throw new Error(`${file} has a section "${name}", which nothing generates. Sections: ${Object.keys(sections).join(', ')}.`);
    texts.set(name, await make());
  }
  return text.replaceAll(section, (_, begin: string, name: string, end: string) => `${begin}\n${texts.get(name) ?? ''}\n\n${end}`);
}
