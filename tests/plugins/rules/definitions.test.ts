import { describe, expect, it } from 'vitest';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { readRollUps } from '../../../src/plugins/rules/roll-ups/read-roll-ups.ts';
import { compile } from '../../metadata/support/compile.ts';

const line = 'name: line\nfields:\n  amount: { type: currency, scale: 2 }\n  label: { type: text }\n  at: { type: date }\n  order: { type: master_detail, reference: order }\n  other: { type: lookup, reference: order }\n';
const single = line.replace(/ {2}other.*\n/, '');

function load(order: string, child = single) {
  return compile({ 'order.object.yml': `name: order\nfields:\n  name: { type: text }\n  status: { type: select, options: [New, Old] }\n  ${order}\n`, 'line.object.yml': child }, [rules()]);
}

function problemsOf(order: string, child?: string): readonly string[] {
  try {
    load(order, child);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.diagnostics.filter(({ severity }) => severity === 'error').map(({ file, line: at, message, hint }) => `${file}:${at ?? '?'} ${message}${hint === undefined ? '' : ` | ${hint}`}`);
  }
}

describe('definitions of roll-ups and autonumbers', () => {
  it.each<[string, string, string?]>([
    ['total: { type: summary, summaryOperations: { object: lin, function: count } }', 'order.object.yml:5 there is no object "lin" | Did you mean "line"?'],
    ['total: { type: summary, summaryOperations: { object: line, function: count } }', 'order.object.yml:5 line refers to order by order and other | Say which: relationshipField: order.', line],
    ['total: { type: summary, summaryOperations: { object: line, function: count, relationshipField: label } }', 'order.object.yml:5 line.label is no lookup to order | Lookups to order: order.'],
    ['total: { type: summary, summaryOperations: { object: order, function: count } }', 'order.object.yml:5 order does not refer to order | Summarise an object that has a lookup or master_detail to order.'],
    ['total: { type: summary, summaryOperations: { object: line, function: sum, field: amont } }', 'order.object.yml:5 line has no field "amont" | Did you mean "amount"?'],
    ['total: { type: summary, summaryOperations: { object: line, function: sum, field: label } }', 'order.object.yml:5 sum needs a number, and line.label is a text | Use count, or a number field.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: { label: { $gt: { $field: at } } } } }', 'order.object.yml:5 label and at cannot be compared | Their types differ.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: { order.status: New } } }', 'order.object.yml:5 the filter of a roll-up looks at fields of line itself | Fields of other records change without a write of line.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: [at, "<", "{today}"] } }', 'order.object.yml:5 the filter of a roll-up cannot depend on the time | Compare with a fixed date.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: { updated_at: { $gt: "2020-01-01" } } } }', 'order.object.yml:5 a roll-up cannot look at updated_at | Records in the trash never count.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: "label = 5" } }', 'order.object.yml:5 text and a number cannot be compared by = | label = 5\n    ^^^^^^^^^\n    Use TEXT(value) to make text of a number.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: "amount > 5 AND order.status = \'new\'" } }', "order.object.yml:5 the filter of a roll-up looks at fields of line itself | amount > 5 AND order.status = 'new'\n                         ^^^^^^\n    Fields of other records change without a write of line."],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: "at < TODAY()" } }', 'order.object.yml:5 the filter of a roll-up cannot depend on the time | Compare with a fixed date.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: "created_by = current_user.id" } }', 'order.object.yml:5 the filter of a roll-up cannot depend on who asks | A roll-up is one number for all.'],
    ['total: { type: summary, summaryOperations: { object: line, function: count, filter: "YEAR(created_at) = 2026" } }', 'order.object.yml:5 the filter of a roll-up depends on the time zone of the settings | Name the zone: YEAR(created_at, "UTC").'],
    ['total: { type: summary, summaryOperations: { object: line, function: sum, field: late } }', 'order.object.yml:5 the formula late cannot depend on the time | Compare with a fixed date.', `${single}  late: { type: formula, expression: DAYS_UNTIL(at), returnType: number }\n`],
    ['total: { type: summary, summaryOperations: { object: line, function: count, field: title } }', 'order.object.yml:5 the formula title looks at fields of line itself | Fields of other records change without a write of line.', `${single}  title: { type: formula, expression: order.name, returnType: text }\n`],
    ['number: { type: autonumber, autonumberFormat: "{stats}-{000}" }', 'order.object.yml:5 {stats} is neither a part of a date nor a field of order | Did you mean "status"?'],
    ['number: { type: autonumber, autonumberFormat: "{created_at}-{000}" }', 'order.object.yml:5 {created_at} is not known before the record is written | Use a field that its writer gives.'],
  ])('%s is refused', (order, problem, child) => {
    expect(problemsOf(order, child)).toEqual([problem]);
  });

  it.each<[string, unknown]>([
    ['{ status: open }', { status: 'open' }],
    ['a triple', ['status', '=', 'open']],
    ['triples', [['status', 'in', ['open']], ['amount', '>', 5]]],
    ['a group', ['or', ['status', 'NOT IN', ['lost']], ['amount', 'is_null']]],
    ['rules', [{ field: 'status', operator: 'eq', value: 'open' }, { or: [{ field: 'amount', operator: 'gte', value: 5 }, { field: 'name', operator: 'startsWith', value: 'a' }] }]],
    ['operators', { $or: [{ status: { $nin: ['lost'] } }, { amount: { $between: [1, 2] } }], $not: { name: { $like: 'a%' } } }],
    ['a comparison of fields', { amount: { $gt: { $field: 'cost' } } }],
    ['an expression', "status != 'lost' AND amount * 2 > cost"],
  ])('the filter of %s is understood', (_, filter) => {
    const shop = { fields: { total: { type: 'summary', summaryOperations: { object: 'deal', function: 'count', filter } } } };
    const deal = { fields: { name: 'text', status: { type: 'select', options: ['open', 'lost'] }, amount: { type: 'currency' }, cost: { type: 'currency' }, shop: { type: 'lookup', reference: 'shop' } } };
    const { catalog } = compile({ 'shop.object.json': JSON.stringify(shop), 'deal.object.json': JSON.stringify(deal) }, [rules()]);
    expect(readRollUps(catalog, () => undefined).all.map(({ name, filter: read }) => [name, read !== undefined])).toEqual([['shop.total', true]]);
  });

  it('other spellings mean the same', () => {
    const { catalog } = load('total: { type: rollup_summary, summary_type: SUM, summary_field: amount, reference_to: line }\n  number: { type: auto_number, format: "A-{00}", start_number: 5 }');
    expect(catalog.objects.get('order')?.fields.get('total')?.definition).toMatchObject({ summaryOperations: { object: 'line', function: 'sum', field: 'amount' } });
    expect(catalog.objects.get('order')?.fields.get('number')?.definition).toMatchObject({ autonumberFormat: 'A-{00}', startNumber: 5 });
  });
});
