import { expect } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { readChanges } from '../../../src/resolvers/write/change-log/read-changes.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

/** Accounts with deals with lines; deals keep a trash and may change their account. */
export const salesYaml = `
name: account
fields:
  name: { type: text, required: true }
  parent: { type: lookup, reference: account, relatedName: children }
  deal_count: { type: summary, summaryOperations: { object: deal, function: count } }
  open_amount: { type: summary, scale: 2, summaryOperations: { object: deal, function: sum, field: amount, filter: { stage: { $ne: lost }, score: { $gte: 10 } } } }
  weight: { type: summary, summaryOperations: { object: deal, function: sum, field: weight } }
  least_score: { type: summary, summaryOperations: { object: deal, function: min, field: score } }
  best_score: { type: summary, summaryOperations: { object: deal, function: max, field: score } }
  average: { type: summary, summaryOperations: { object: deal, function: avg, field: score } }
  average_amount: { type: summary, scale: 4, summaryOperations: { object: deal, function: avg, field: amount, filter: { stage: { $ne: lost } } } }
  average_weight: { type: summary, summaryOperations: { object: deal, function: avg, field: weight } }
  best_average: { type: summary, summaryOperations: { object: account, function: max, field: average_amount } }
  lost_worth: { type: summary, scale: 2, summaryOperations: { object: deal, function: sum, field: worth, filter: "stage = 'lost' OR amount > 50" } }
  best_worth: { type: summary, summaryOperations: { object: deal, function: max, field: worth } }
  line_total: { type: summary, summaryOperations: { object: deal, function: sum, field: total } }
  biggest_total: { type: summary, summaryOperations: { object: deal, function: max, field: total } }
  child_count: { type: summary, summaryOperations: { object: account, function: count } }
  family_deals: { type: summary, summaryOperations: { object: account, function: sum, field: deal_count } }
---
name: deal
softDelete: true
fields:
  name: { type: text, required: true }
  stage: { type: select, options: [open, won, lost], defaultValue: open }
  amount: { type: currency, scale: 2 }
  weight: { type: number }
  score: { type: number, scale: 0 }
  account: { type: lookup, reference: account }
  worth: { type: formula, expression: amount * points / 100, returnType: currency, scale: 2 }
  points: { type: formula, expression: "IF(score > 100, 100, score)", returnType: number }
  total: { type: summary, scale: 2, summaryOperations: { object: line, function: sum, field: price } }
---
name: line
softDelete: true
fields:
  name: { type: text }
  price: { type: currency, scale: 2 }
  deal: { type: master_detail, reference: deal, required: true }
`;

export interface Sales extends TestPlatform {
  /** Data of an operation that has no errors. */
  ask(document: string, variables?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Id of the created record. */
  create(object: string, input: Readonly<Record<string, unknown>>): Promise<string>;
  update(object: string, id: string, input: Readonly<Record<string, unknown>>): Promise<void>;
  /** One account or deal, by the names of the definitions. */
  numbers(object: string, id: string): Promise<Readonly<Record<string, unknown>>>;
  /** Every stored number is what the records give. */
  expectExact(): Promise<void>;
  changesOf(id: string): Promise<readonly Readonly<Record<string, readonly unknown[]>>[]>;
}

export async function openSales(database: Database | undefined, { yaml = salesYaml, plugins = [] }: { readonly yaml?: string; readonly plugins?: readonly Plugin[] } = {}): Promise<Sales> {
  const app = await startPlatform({ yaml, plugins: [rules(), ...plugins], ...(database && { database }) });
  const { platform } = app;
  const context = () => platform.kernel.services.get('runtime', 'the test').systemContext();
  return {
    ...app,
    async ask(document, variables) {
      const { data, errors } = await app.query(document, variables);
      expect(errors ?? []).toEqual([]);
      return data as Readonly<Record<string, unknown>>;
    },
    async create(object, input) {
      return (await platform.writer.write({ object, operation: 'create', input, options: {} }, context())).rows[0]?.id ?? '';
    },
    async update(object, id, input) {
      await platform.writer.write({ object, operation: 'update', id, input, options: {} }, context());
    },
    async numbers(object, id) {
      const { rows } = await platform.database.query({ text: `SELECT * FROM "${object}" WHERE id = $1`, values: [id] });
      return rows[0] ?? {};
    },
    async expectExact() {
      const reports = await platform.kernel.services.get('rollUps', 'the test').check();
      expect(reports.filter(({ different }) => different > 0)).toEqual([]);
    },
    async changesOf(id) {
      return (await readChanges(platform.database, { recordIds: [id], limit: 1_000 })).changes.map(({ changes }) => changes);
    },
  };
}
