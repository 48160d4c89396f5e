import type { Checked } from '../checked.ts';
import type { FunctionSpec } from '../functions.ts';
import { boolean, text } from '../types.ts';
import { call, inGroup, many } from './spec.ts';

export const logicFunctions: readonly FunctionSpec[] = inGroup('logic', [
  {
    name: 'IF', signature: 'IF(condition, then, else)', takes: [2, 3],
    description: 'One of two values; a condition that is null counts as false. Without `else` it is null.',
    check(at) {
      const condition = at.condition(0);
      const [then, otherwise = empty] = at.args.length === 2 ? at.alike(1) : at.alike(1);
      return { kind: 'conditional', type: (then as Checked).type, condition, then: then as Checked, otherwise };
    },
  },
  {
    name: 'CASE', signature: 'CASE(value, test, result, …, else)', takes: [3, many],
    description: 'The result beside the first test that equals the value, else the last argument, or null without one.',
    check(at) {
      const count = at.args.length;
      const hasElse = count % 2 === 0;
      const last = hasElse ? count - 1 : count;
      const results = at.alike(-1);
      let otherwise: Checked = hasElse ? (results.at(-1) as Checked) : empty;
      for (let index = last - 2; index >= 1; index -= 2) {
        const then = results[(index - 1) / 2] as Checked;
        const condition = at.compare('eq', at.value(0), at.value(index), index);
        otherwise = { kind: 'conditional', type: then.type.kind === 'null' ? otherwise.type : then.type, condition, then, otherwise };
      }
      return otherwise;
    },
  },
  { name: 'AND', signature: 'AND(condition, …)', takes: [1, many], description: 'True when all are; null counts as false.', check: (at) => ({ kind: 'and', type: boolean, parts: at.args.map((_, index) => at.condition(index)) }) },
  { name: 'OR', signature: 'OR(condition, …)', takes: [1, many], description: 'True when one is; null counts as false.', check: (at) => ({ kind: 'or', type: boolean, parts: at.args.map((_, index) => at.condition(index)) }) },
  { name: 'NOT', signature: 'NOT(condition)', takes: [1, 1], description: 'True when the condition is false or null.', check: (at) => ({ kind: 'not', type: boolean, value: at.condition(0) }) },
  { name: 'ISBLANK', aliases: ['ISEMPTY', 'ISNULL'], signature: 'ISBLANK(value)', takes: [1, 1], description: 'True for null, the empty text and the empty list.', check: (at) => blank(at.value(0)) },
  { name: 'HAS', signature: 'HAS(value)', takes: [1, 1], description: 'True when the value is not null.', check: (at) => ({ kind: 'not', type: boolean, value: { kind: 'isNull', type: boolean, value: at.value(0) } }) },
  {
    name: 'ISPICKVAL', signature: 'ISPICKVAL(field, option)', takes: [2, 2], description: 'True when the field holds the option.',
    check: (at) => at.compare('eq', at.value(0), at.value(1), 1),
  },
  {
    name: 'ISCHANGED', signature: 'ISCHANGED(field, …)', takes: [1, many], description: 'True when the write changes one of the fields; false for a new record.',
    check(at) {
      at.requirePrevious();
      const changed = at.args.map((_, index) => at.compare('ne', at.value(index), at.previousOf(at.value(index), index), index));
      return { kind: 'and', type: boolean, parts: [{ kind: 'not', type: boolean, value: { kind: 'isNew', type: boolean } }, { kind: 'or', type: boolean, parts: changed }] };
    },
  },
  {
    name: 'ISNEW', signature: 'ISNEW()', takes: [0, 0], description: 'True when the write makes the record.',
    check(at) {
      at.requirePrevious();
      return { kind: 'isNew', type: boolean };
    },
  },
  {
    name: 'COALESCE', aliases: ['BLANKVALUE', 'NULLVALUE', 'IFNULL'], signature: 'COALESCE(value, …)', takes: [1, many], description: 'The first value that is not null.',
    check(at) {
      const values = at.alike(0);
      return call('coalesce', (values[0] as Checked).type, values);
    },
  },
]);

const empty: Checked = { kind: 'constant', type: { kind: 'null' }, value: null };

function blank(value: Checked): Checked {
  const isNull: Checked = { kind: 'isNull', type: boolean, value };
  switch (value.type.kind) {
    case 'text':
      return { kind: 'or', type: boolean, parts: [isNull, { kind: 'compare', type: boolean, operator: 'eq', left: value, right: { kind: 'constant', type: text, value: '' } }] };
    case 'list': {
      const zero: Checked = { kind: 'constant', type: { kind: 'number' }, value: '0' };
      return { kind: 'compare', type: boolean, operator: 'eq', left: call('size', { kind: 'number' }, [value]), right: zero };
    }
    default:
      return isNull;
  }
}
