import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An app of `count` objects with twelve fields each; every object but the first points to the one before it. */
export async function generateApp(count: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `objectos-bench-${String(count)}-`));
  const objects = join(directory, 'schema', 'objects');
  await mkdir(objects, { recursive: true });
  await writeFile(join(directory, 'objectos.config.yml'), 'plugins:\n  - open-access\n');
  const nameOf = (index: number) => `record_${String(index).padStart(4, '0').replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')}`;
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const name = nameOf(index);
      const parent = index === 0 ? '' : `  previous: { type: lookup, reference: ${nameOf(index - 1)}, relatedName: next_${name} }\n`;
      const text = `name: ${name}
label: Record ${String(index)}
nameField: title
search: { fields: [title, notes] }
fields:
  title: { type: text, required: true, maxLength: 120, searchable: true }
  code: { type: text, required: true, unique: true, maxLength: 20 }
  status: { type: select, defaultValue: open, options: [open, active, done, dropped] }
  amount: { type: currency, precision: 18, scale: 2 }
  quantity: { type: number, scale: 0, min: 0 }
  share: { type: percent, min: 0, max: 100 }
  due: { type: date }
  started: { type: datetime }
  done: { type: boolean, defaultValue: false }
  contact: { type: email }
  notes: { type: textarea, maxLength: 4000 }
  responsible: { type: user, relatedName: responsible_${name} }
${parent}`;
      return writeFile(join(objects, `${name}.object.yml`), text);
    }),
  );
  return directory;
}
