import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileApp } from '../../src/cli/compile-app.ts';
import type { LoadedCatalog } from '../../src/metadata/load-catalog.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the sample CRM', () => {
  let crm: LoadedCatalog;
  beforeAll(async () => {
    crm = (await compileApp(root, {})).loaded;
  });
  const recordsOf = (object: string) => crm.seeds.filter((set) => set.object === object).flatMap(({ records }) => records);

  it('loads without a warning', () => {
    expect(crm.diagnostics).toEqual([]);
  });

  it('has the objects and the variety of fields that a sales team meets', () => {
    const own = [...crm.catalog.objects.values()].filter(({ system }) => !system);
    expect(own.map(({ name }) => name)).toEqual(expect.arrayContaining(['account', 'contact', 'lead', 'opportunity', 'opportunity_line_item', 'product', 'price_book', 'price_book_entry', 'quote', 'quote_line', 'case', 'task', 'event', 'campaign', 'campaign_member', 'note']));
    const fields = own.flatMap((object) => [...object.fields.values()].filter(({ system }) => !system));
    expect(new Set(fields.map(({ type }) => type.name)).size).toBeGreaterThanOrEqual(25);
    expect(new Set(fields.flatMap(({ reference }) => reference?.onDelete ?? []))).toEqual(new Set(['set_null', 'cascade', 'restrict']));
    expect(own.filter(({ softDelete }) => softDelete !== undefined).length).toBeGreaterThan(5);
  });

  it('has about a thousand records, and lines for what is totalled', () => {
    expect(crm.seeds.reduce((sum, { records }) => sum + records.length, 0)).toBeGreaterThan(900);
    for (const [parent, key, child] of [
      ['opportunity', 'opportunity_number', 'opportunity_line_item'],
      ['quote', 'quote_number', 'quote_line'],
    ] as const) {
      for (const record of recordsOf(parent)) expect(recordsOf(child).filter((line) => line[parent] === record[key]).length, String(record[key])).toBeGreaterThan(0);
    }
  });

  it('has closed deals in the past and open ones in the future', () => {
    for (const { stage, close_date: closeDate, probability } of recordsOf('opportunity')) {
      const closed = stage === 'closed_won' || stage === 'closed_lost';
      expect(String(closeDate) < '2026-11-16').toBe(closed);
      expect(probability === 100 || probability === 0).toBe(closed);
    }
  });

  it('holds the records that the generator writes', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/generate-crm-data.ts', '--check'], { cwd: root });
    expect(stdout).toContain('0 written');
  });
});
