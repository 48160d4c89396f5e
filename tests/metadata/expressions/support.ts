import { compileExpression, describeProblem, type ExpressionScope } from '../../../src/metadata/expressions/index.ts';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import type { Catalog } from '../../../src/metadata/catalog.ts';

/** A deal with a field of every kind that expressions tell apart, behind it an account and its owner. */
export const dealObjects = [
  { name: 'person', fields: { name: { type: 'text' }, email: { type: 'email' }, level: { type: 'number', scale: 0 } } },
  { name: 'account', fields: { name: { type: 'text' }, industry: { type: 'select', options: ['tech', 'Retail Trade'] }, owner: { type: 'lookup', reference: 'person' }, revenue: { type: 'currency' } } },
  {
    name: 'product',
    softDelete: { enabled: true },
    fields: {
      code: { type: 'text', unique: true }, number: { type: 'number', scale: 0, unique: true }, serial: { type: 'number', precision: 15, scale: 0, unique: true }, size: { type: 'currency', unique: true }, released: { type: 'date', unique: true },
      title: { type: 'text' }, price: { type: 'currency' }, maker: { type: 'lookup', reference: 'account' }, weight: { type: 'number', unique: true },
    },
  },
  { name: 'rate', fields: { region: { type: 'select', options: ['tech', 'Retail Trade'] }, from: { type: 'date' }, account: { type: 'lookup', reference: 'account' }, percent: { type: 'number', scale: 2 } }, indexes: [{ fields: ['account', 'region'], unique: true }] },
  {
    name: 'deal',
    fields: {
      name: { type: 'text' },
      status: { type: 'select', options: ['open', 'won', 'lost'] },
      amount: { type: 'currency' },
      discount: { type: 'number', scale: 4 },
      quantity: { type: 'number', scale: 0 },
      score: { type: 'number' },
      active: { type: 'boolean' },
      close_date: { type: 'date' },
      signed_at: { type: 'datetime' },
      starts: { type: 'time' },
      tags: { type: 'tags' },
      channels: { type: 'multiselect', options: ['web', 'phone'] },
      details: { type: 'json' },
      pin: { type: 'secret' },
      account_id: { type: 'lookup', reference: 'account' },
      owner: { type: 'lookup', reference: 'person' },
    },
  },
];

export function dealCatalog(): Catalog {
  return compileCatalog({ definitions: dealObjects, fieldTypes }).catalog;
}

/** `ok: <type>`, or the first problem with its carets. */
export function outcome(source: string, scope: ExpressionScope): string {
  const result = compileExpression(source, scope);
  if ('checked' in result) return `ok: ${result.checked.type.kind}`;
  const [problem] = result.problems;
  if (!problem) return 'no problem given';
  const { message, hint } = describeProblem(source, problem);
  return [message, ...hint.split('\n    ').slice(1)].join('\n');
}
