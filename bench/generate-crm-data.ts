/**
 * Writes the sample CRM's records to `schema/data`. The same call always writes the same text.
 *
 *   tsx bench/generate-crm-data.ts            write
 *   tsx bench/generate-crm-data.ts --check    exit code 1 when a file differs
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { accountFiles } from './crm/accounts.ts';
import { catalogueFiles } from './crm/catalogue.ts';
import { marketingFiles } from './crm/marketing.ts';
import { peopleFiles } from './crm/people.ts';
import type { SeedFile } from './crm/record.ts';
import { salesFiles } from './crm/sales.ts';
import { serviceFiles } from './crm/service.ts';

const folder = new URL('../schema/data/', import.meta.url);

/** One line of YAML, however long: a changed record is then one changed line. */
function printFlow(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(printFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, inner]) => `${key}: ${printFlow(inner)}`).join(', ')} }`;
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value);
  // A list around the scalar, so that it is quoted where a flow collection needs it.
  return stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim().slice(1, -1);
}

function print({ object, externalId, records }: SeedFile): string {
  const lines = records.map((record) => `  - ${printFlow(record)}`);
  return `# yaml-language-server: $schema=../schemas/data.schema.json\nobject: ${object}\nexternalId: ${externalId}\nmode: upsert\nenv: [dev, test]\nrecords:\n${lines.join('\n')}\n`;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const files = [...peopleFiles(), ...accountFiles(), ...catalogueFiles(), ...marketingFiles(), ...salesFiles(), ...serviceFiles()];
const names = new Set(files.map(({ file }) => `${file}.data.yml`));
const strangers = (await readdir(folder)).filter((name) => !names.has(name));
const stale: string[] = [];
for (const file of files) {
  const url = new URL(`${file.file}.data.yml`, folder);
  const text = print(file);
  const before = await readFile(url, 'utf8').catch(() => undefined);
  if (before === text) continue;
  stale.push(`${file.file}.data.yml`);
  if (!values.check) await writeFile(url, text);
}

const count = files.reduce((sum, { records }) => sum + records.length, 0);
if (values.check && stale.length + strangers.length > 0) {
  console.error(`schema/data is not what the generator writes: ${[...stale, ...strangers].join(', ')}. Run "npx tsx bench/generate-crm-data.ts".`);
  process.exitCode = 1;
} else {
  console.log(`${String(count)} records in ${String(files.length)} files, ${String(stale.length)} written.`);
}
