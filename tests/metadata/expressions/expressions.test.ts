import { describe, expect, it } from 'vitest';
import { compileExpression, parseExpression } from '../../../src/metadata/expressions/index.ts';
import { dealCatalog, outcome } from './support.ts';

const catalog = dealCatalog();
const object = catalog.objects.get('deal');
const scope = { catalog, object, previous: true, variables: { total: { kind: 'number' } } } as const;

/** The tree without places, to tell whether two spellings mean the same. */
function tree(source: string): unknown {
  const parsed = parseExpression(source);
  if ('problems' in parsed) throw new Error(`${source}: ${parsed.problems[0]?.message ?? ''}`);
  return JSON.parse(JSON.stringify(parsed.expression, (key, value: unknown) => (key === 'offset' || key === 'length' || key === 'method' ? undefined : value)));
}

describe('spellings', () => {
  it.each([
    ['amount = 5', 'amount == 5'],
    ['amount <> 5', 'amount != 5'],
    ['a AND b OR NOT c', 'a && b || !c'],
    ['a and (b or c)', 'a && (b || c)'],
    ["status IN ('open', 'won')", 'status in ["open", "won"]'],
    ["status NOT IN ('open')", '!(status in ["open"])'],
    ['name IS NULL', 'name == null'],
    ['name is not null', 'name != null'],
    ["'it''s'", '"it\'s"'],
    ['NOT a = b', '!(a == b)'],
    ["CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END", 'a ? 1 : b ? 2 : 3'],
    ["CASE a WHEN 1 THEN 'x' END", "a = 1 ? 'x' : null"],
    ['amount BETWEEN 1 AND 5 AND active', '(amount >= 1 && amount <= 5) && active'],
    ['name.startsWith("x")', 'startsWith(name, "x")'],
    ['-2 * 3 + 4', '((-2) * 3) + 4'],
    ['1 - 2 - 3', '(1 - 2) - 3'],
    ['r"\\d"', '"\\\\d"'],
    ['case.name', 'case.name // of the object named case'],
  ])('reads %s as %s', (one, other) => {
    expect(tree(one)).toEqual(tree(other));
  });

  it('knows functions in any case, with and without underscores', () => {
    for (const source of ['DAYS_BETWEEN(close_date, TODAY()) > 3', 'daysBetween(close_date, today()) > 3', 'Days_Between(close_date, Today()) > 3']) {
      expect(outcome(source, scope)).toBe('ok: boolean');
    }
  });
});

describe('types', () => {
  it.each([
    ['amount * 0.2', 'number'],
    ["name + ' ' + amount", 'text'],
    ['close_date + 30', 'date'],
    ['signed_at + 0.5', 'datetime'],
    ['close_date - TODAY()', 'number'],
    ['signed_at - close_date > DURATION("36h")', 'boolean'],
    ["IF(amount > 5, 'large', 'small')", 'text'],
    ["CASE(status, 'open', 1, 'won', 2, 0)", 'number'],
    ['account.owner.email', 'text'],
    ['record.account_id.owner.level + 1', 'number'],
    ['account_id == null', 'boolean'],
    ['owner = current_user.id', 'boolean'],
    ['owner_id = os.user.id', 'boolean'],
    ['current_user.region == account.name', 'boolean'],
    ['"admin" in current_user.roles', 'boolean'],
    ['ISCHANGED(status, amount) AND previous.status = "open"', 'boolean'],
    ['previous == null', 'boolean'],
    ['vars.total + total', 'number'],
    ['tags.exists(t, t.startsWith("x"))', 'boolean'],
    ['"vip" in tags && channels.contains("web")', 'boolean'],
    ['has(record.name) ? size(tags) : LEN(name)', 'number'],
    ['close_date > "2026-01-31"', 'boolean'],
    ['MAX(close_date, TODAY())', 'date'],
    ['ISBLANK(account)', 'boolean'],
    ['closeDate', 'date'],
    ['REGEX(name, "[A-Z]{2}\\\\d+")', 'boolean'],
  ])('finds that %s gives %s', (source, type) => {
    expect(outcome(source, scope)).toBe(`ok: ${type}`);
  });

  it('lists the fields that are read, with the lookups on the way', () => {
    const result = compileExpression('amount * 2 > account.revenue && account.owner.level > 1 && amount > 0', scope);
    if (!('checked' in result)) throw new Error('not checked');
    expect(result.checked.reads.map(({ steps, field }) => [...steps.map((step) => step.name), field.name].join('.'))).toEqual(['amount', 'account_id.revenue', 'account_id.owner.level']);
  });
});

describe('mistakes', () => {
  it.each([
    ["status == 'opne'", 'deal.status has no option "opne"\n          ^^^^^^\nDid you mean "open"?'],
    ['amuont > 5', 'deal has no field "amuont"\n^^^^^^\nDid you mean "amount"?'],
    ['account.owner.emial', 'person has no field "emial"\n              ^^^^^\nDid you mean "email"?'],
    ['=amount > 1', 'unexpected "="\n^\nExpressions have no = in front, and compare by = or ==.'],
    ['amount ^ 2 > 1', '"^" has no meaning here\n       ^\nWrite x * x.'],
    ['IF(amount > 1; true; false)', '";" has no meaning here\n             ^\nSeparate arguments by commas.'],
    ['name = “x”', '"“" has no meaning here\n       ^\nTexts stand between \' or ".'],
    ["name LIKE 'a%'", 'unexpected "LIKE"\n     ^^^^\nWrite CONTAINS(text, part), STARTS_WITH(text, part) or MATCHES(text, pattern).'],
    ['amount > 50%', 'the expression ends too early\n            ^\nThe sign % gives a remainder: write 0.5 for 50 %.'],
    ['deal.amount > 1', 'deal has no field "deal"\n^^^^\nThe record itself is called record.'],
    ['[tags].exists(t, true)', 'a list holds no lists\n^^^^^^\nList the items themselves: [a, b].'],
    ['MOD(amount, 2) = 0', 'there is no function MOD\n^^^\nWrite a % b.'],
    ['LEFT(name, 0 - 1) = "" AND LEFT(name, -1) = ""', 'the number must be at least 0\n                                      ^^'],
    ['amount > "5"', 'a number and text cannot be compared by >\n^^^^^^^^^^^^\nWrite numbers without quotes.'],
    ['name', 'a condition is expected here, found text\n^^^^\nCompare it, or test it with ISBLANK().'],
    ['amount * name > 1', 'a number is expected here, found text\n         ^^^^'],
    ['PRIORVALUE(name) = "x"', 'there is no function PRIORVALUE\n^^^^^^^^^^\nWrite previous.field.'],
    ['{"a": 1} = name', 'expressions have no maps\n^^^^^^^^\nTo choose by a value, write CASE(value, "key", result, …).'],
    ['UPPR(name) = "X"', 'there is no function UPPR\n^^^^\nDid you mean "UPPER"?'],
    ['ROUND() > 1', 'ROUND is called with 0 arguments\n^^^^^^^\nWrite ROUND(number, digits = 0).'],
    ['amount >', 'the expression ends too early\n        ^'],
    ['(amount > 5', 'the expression ends too early; expected ")"\n           ^'],
    ['name = "x', 'the text is not closed\n       ^^\nClose it with ".'],
    ['amount > 5 5', 'unexpected "5"\n           ^'],
    ['pin = "x"', 'deal.pin cannot be used in expressions\n^^^'],
    ['close_date > "2026-02-31"', '"2026-02-31" is not a date\n             ^^^^^^^^^^^^\nExpected a day that exists, written YYYY-MM-DD, found "2026-02-31".'],
    ['tags = "x"', 'a list of texts and text cannot be compared by =\n^^^^^^^^^^\nUse in, exists or all.'],
    ['REGEX(name, "(?=x)")', 'the pattern has a group with (?, of which only (?: is known\n            ^^^^^^^\nPatterns have characters, classes, groups, | and the repetitions * + ? {n,m}.'],
    ['today("Mars") > close_date', 'the name of a time zone is expected here\n      ^^^^^^\nWrite one such as "Europe/Berlin".'],
    ['account = "x"', '"x" is no id\n          ^^^\nWrite the id of a record, or compare a field behind the lookup: account.name.'],
  ])('says what is wrong with %s', (source, expected) => {
    expect(outcome(source, { ...scope, expects: { kind: 'boolean' } })).toBe(expected);
  });

  it.each([
    ["LOOKUP(product, code, name, price)", 'ok: number'],
    ["LOOKUP('product', 'code', name, 'maker') = account", 'ok: boolean'],
    ['LOOKUP(account, id, account_id, name)', 'ok: text'],
    ["LOOKUP(rate, region, 'tech', account, account, percent) * amount", 'ok: number'],
    ['LOOKUP(account, name, name, revenue)', 'name of account is not unique, so that several records could be meant\n                ^^^^\nMake it unique, or find by a key: id.'],
    ["LOOKUP(rate, region, 'tech', percent)", 'region of rate is not unique, so that several records could be meant\n             ^^^^^^\nMake it unique, or find by a key: id; account and region.'],
    ["LOOKUP(rate, region, 'north', account, account, percent)", 'rate.region has no option "north"\n                     ^^^^^^^\nAccepted: retail_trade, tech.'],
    ['LOOKUP(prodct, code, name, price)', 'there is no object "prodct"\n       ^^^^^^\nDid you mean "product"?'],
    ['LOOKUP(product, cod, name, price)', 'product has no field "cod"\n                ^^^\nDid you mean "code"?'],
    ['LOOKUP(product, code, name, prise)', 'product has no field "prise"\n                            ^^^^^\nDid you mean "price"?'],
    ['LOOKUP(product, code, amount, price)', 'text is expected here, found a number\n                      ^^^^^^\nUse TEXT(value) to make text of a number.'],
    ['LOOKUP(product, weight, amount, price)', 'product.weight is no key to find a record by: floating numbers are not exact\n                ^^^^^^\nGive the field a scale.'],
    ['LOOKUP(product, 5, amount, price)', 'the name of a field is expected here\n                ^\nWrite LOOKUP(object, keyField, key, valueField).'],
    ['LOOKUP(product, code, name)', 'LOOKUP is called with 3 arguments\n^^^^^^^^^^^^^^^^^^^^^^^^^^^\nWrite LOOKUP(object, keyField, key, …, valueField).'],
    ['LOOKUP(rate, region, account, account, percent)', 'LOOKUP needs a value for each field of the key\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\nWrite LOOKUP(object, keyField, key, valueField), or with several keyField, key.'],
    ['tags.exists(t, LOOKUP(product, code, t, price) > 1)', 'the key of a LOOKUP cannot be an item of a list\n                                     ^\nOne record is found, not one for each item.'],
    [Array.from({ length: 11 }, () => 'LOOKUP(product, code, name, price)').join(' + '), `an expression has at most 10 LOOKUPs, found 11\n${'^'.repeat(120)}\nLet a formula field find what several places need.`],
    ['VLOOKUP(name, product, 2)', 'there is no function VLOOKUP\n^^^^^^^\nWrite LOOKUP(object, keyField, key, valueField).'],
  ])('finds records by keys: %s', (source, expected) => {
    expect(outcome(source, { ...scope, finds: true })).toBe(expected);
  });

  it('finds records only where they can be read', () => {
    expect(outcome('LOOKUP(product, code, name, price) > 1', scope)).toBe('LOOKUP cannot be used here\n^^^^^^\nLet a formula field of the object find it, or store it in a field by a default or a hook, and name that field.');
  });

  it('knows previous and ISCHANGED only where a record is written', () => {
    expect(outcome('ISCHANGED(name)', { catalog, object })).toContain('only where a record is written');
    expect(outcome('previous.name = "x"', { catalog, object })).toContain('only where a record is written');
  });

  it('bounds length, depth and size', () => {
    expect(outcome(`${'('.repeat(100)}1${')'.repeat(100)}`, scope)).toContain('nested more than 64');
    expect(outcome(`${'!'.repeat(100)}active`, scope)).toContain('nested more than 64');
    expect(outcome(Array.from({ length: 600 }, () => '1').join(' + '), scope)).toContain('at most 500 parts');
    expect(outcome(`name = "${'x'.repeat(10_001)}"`, scope)).toContain('at most 10000 characters');
    expect(outcome('amount > 1e500', scope)).toContain('at most 100 digits');
  });

  it('refuses dialects that are no expressions', () => {
    const [cron, cel] = [parseExpression({ dialect: 'cron', source: '0 8 * * *' }), parseExpression({ dialect: 'cel', source: 'a == 1' })];
    expect('problems' in cron && cron.problems[0]?.message).toBe('"cron" is no dialect of expressions');
    expect('expression' in cel).toBe(true);
  });
});
