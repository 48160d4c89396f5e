import { Environment } from '@marcbachmann/cel-js';
import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import { compileExpression } from '../../../src/metadata/expressions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { evaluateExpression } from '../../../src/resolvers/expressions/evaluate.ts';

const variables = { a: { kind: 'number' }, b: { kind: 'number' }, s: { kind: 'text' }, t: { kind: 'text' }, yes: { kind: 'boolean' }, tags: { kind: 'list', of: { kind: 'text' } } } as const;
const values = { a: 7, b: -3, s: 'Zoë 😀', t: 'oë', yes: true, tags: ['x', 'oë', ''] };

const { condition } = fc.letrec<{ condition: string; number: string; text: string }>((tie) => {
  const [c, n, t] = [tie('condition'), tie('number'), tie('text')];
  const of = (parts: readonly fc.Arbitrary<string>[], write: (...parts: string[]) => string) => fc.tuple(...parts).map((given) => write(...given));
  const from = (...sources: string[]) => fc.constantFrom(...sources);
  return {
    number: fc.oneof({ maxDepth: 4 }, from('0', '1', '12', 'a', 'b'), of([n, from('+', '-', '*'), n], (left, sign, right) => `(${left} ${sign} ${right})`), of([t], (value) => `size(${value})`), of([n], (value) => `-(${value})`), of([c, n, n], (test, one, other) => `(${test} ? ${one} : ${other})`)),
    text: fc.oneof({ maxDepth: 4 }, from('""', "'x'", '"a\\n\\"b"', 'r"\\d"', 's', 't'), of([t, t], (left, right) => `(${left} + ${right})`), of([c, t, t], (test, one, other) => `(${test} ? ${one} : ${other})`)),
    condition: fc.oneof({ maxDepth: 4 },
      from('true', 'false', 'yes', 'tags.exists(i, i == t)', 'tags.all(i, size(i) < a)'),
      of([n, from('==', '!=', '<', '<=', '>', '>='), n], (left, sign, right) => `${left} ${sign} ${right}`), of([t, from('==', '!=', '<', '>='), t], (left, sign, right) => `${left} ${sign} ${right}`),
      of([c, from('&&', '||'), c], (left, sign, right) => `(${left} ${sign} ${right})`), of([c], (value) => `!(${value})`), of([c, c, c], (test, one, other) => `(${test} ? ${one} : ${other})`),
      of([t, from('startsWith', 'endsWith', 'contains'), t], (value, name, part) => `${value}.${name}(${part})`), of([t, from('"^Z.*"', '"[a-y]{2}"', '"😀$"', '"(x|o)+"')], (value, pattern) => `${value}.matches(${pattern})`),
      of([t, t, t], (value, one, other) => `${value} in [${one}, ${other}]`), of([t], (value) => `${value} in tags`), of([n, n], (value, one) => `${value} in [${one}, 3]`),
    ),
  };
});

it('reads and evaluates CEL as a public implementation does', () => {
  const cel = new Environment().registerVariable('a', 'int').registerVariable('b', 'int').registerVariable('s', 'string').registerVariable('t', 'string').registerVariable('yes', 'bool').registerVariable('tags', 'list<string>');
  const context = { ...values, a: BigInt(values.a), b: BigInt(values.b) };
  fc.assert(
    fc.property(condition, (source) => {
      const result = compileExpression(source, { catalog: { objects: new Map() }, object: undefined, variables });
      if ('problems' in result) throw new Error(`${source}: ${result.problems[0]?.message ?? ''}`);
      expect(evaluateExpression(result.checked, { caller: systemCaller, now: new Date(), variables: values })).toBe(cel.evaluate(source, context));
    }),
    { numRuns: 1000 },
  );
});
