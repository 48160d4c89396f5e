import fc from '../support/fast-check.ts';
import { GraphQLError, parseValue, valueFromAST } from 'graphql';
import { describe, expect, it } from 'vitest';
import { scalars } from '../../src/builder/scalars.ts';

function scalar(name: string) {
  const found = scalars.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no scalar ${name}.`);
  return found;
}
const parse = (name: string, value: unknown): unknown => scalar(name).parseValue(value);
const literal = (name: string, text: string): unknown => valueFromAST(parseValue(text), scalar(name));

describe('scalars', () => {
  it.each([
    ['Decimal', '1234.50', '1234.5'], ['Decimal', '-.5', '-0.5'], ['Decimal', 12, '12'], ['Decimal', 0.1, '0.1'], ['Decimal', '1e3', '1000'],
    ['Decimal', '12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
    ['BigInt', '9007199254740993', '9007199254740993'], ['BigInt', '+7', '7'], ['BigInt', 7, '7'],
    ['Date', '2024-02-29', '2024-02-29'], ['Date', '0099-01-01', '0099-01-01'],
    ['DateTime', '2026-03-31T09:30:00+02:00', '2026-03-31T07:30:00.000Z'], ['DateTime', '2026-03-31 09:30z', '2026-03-31T09:30:00.000Z'],
    ['DateTime', '2026-03-31T09:30:00.5-0030', '2026-03-31T10:00:00.500Z'],
    ['Time', '09:30', '09:30'], ['Time', '23:59:59.999', '23:59:59.999'],
    ['DateOrMacro', '{30_days_ago}', '{30_days_ago}'], ['DateOrMacro', '${today}', '${today}'], ['DateTimeOrMacro', '2026-03-31', '2026-03-31T00:00:00.000Z'],
    ['JSONObject', { a: [1] }, { a: [1] }], ['JSON', [null, 1], [null, 1]], ['Email', 'ada@example.com', 'ada@example.com'],
  ])('%s takes %j as %j', (name, given, stored) => {
    expect(parse(name, given)).toEqual(stored);
  });

  it.each([
    ['Decimal', 'ten'], ['Decimal', ''], ['Decimal', '0x10'], ['Decimal', NaN], ['Decimal', Infinity], ['Decimal', true], ['Decimal', '1e99999'], ['Decimal', '1'.repeat(2000)],
    ['BigInt', '1.5'], ['BigInt', 1.5], ['BigInt', 2 ** 53], ['Date', '2026-02-29'], ['Date', '2026-2-1'], ['Date', '2026-03-31T00:00:00Z'], ['Date', 20260331],
    ['DateTime', '2026-03-31T09:30:00'], ['DateTime', '2026-02-30T09:30:00Z'], ['DateTime', '2026-03-31T24:00:00Z'], ['DateTime', 1774949400000],
    ['Time', '24:00'], ['Time', '9:30'], ['DateOrMacro', '{drop table}'], ['JSONObject', [1]], ['JSONObject', 'x'], ['Email', 7], ['URL', {}], ['PhoneNumber', null],
  ])('%s refuses %j and says what it takes', (name, given) => {
    expect(() => parse(name, given)).toThrow(GraphQLError);
    expect(() => parse(name, given)).toThrow(/ is not .* such as "|is not a JSON object/);
  });

  it('keep every digit of literals', () => {
    expect(literal('Decimal', '0.10000000000000000000000001')).toBe('0.10000000000000000000000001');
    expect(literal('BigInt', '123456789012345678901234567890')).toBe('123456789012345678901234567890');
    expect(literal('JSON', '{ a: [1, "x", null], b: true }')).toEqual({ a: [1, 'x', null], b: true });
    expect(literal('Decimal', 'TEN')).toBeUndefined();
  });

  it('keep decimals of any size exact, and are stable', () => {
    const digits = (max: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((each) => each.join(''));
    fc.assert(
      fc.property(fc.constantFrom('', '-'), digits(40), digits(40), (sign, whole, fraction) => {
        const parsed = String(parse('Decimal', `${sign}${whole}.${fraction}`));
        expect(parse('Decimal', parsed)).toBe(parsed);
        const scaled = (text: string): bigint => {
          const [integer = '', decimals = ''] = text.replace('-', '').split('.');
          return BigInt(integer + decimals.padEnd(40, '0'));
        };
        expect(scaled(parsed)).toBe(scaled(`${whole}.${fraction}`));
      }),
    );
  });

  it('pass on what the database answers', () => {
    for (const each of scalars.filter(({ name }) => !['ID', 'String', 'Int', 'Float', 'Boolean'].includes(name))) {
      const value = { any: 'thing' };
      expect(each.serialize(value)).toBe(value);
    }
  });
});
