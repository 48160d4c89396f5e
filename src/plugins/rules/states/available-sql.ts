import type { Checked, CheckedExpression, FindRecord } from '../../../metadata/expressions/checked.ts';
import { systemAccess, type Access } from '../../../resolvers/access.ts';
import { expressionCondition } from '../../../resolvers/expressions/to-sql.ts';
import type { SqlScope } from '../../../resolvers/filter/scope.ts';
import { rowCondition } from '../../../resolvers/filter/visible-rows.ts';
import { fieldCondition, isMasked } from '../../../resolvers/read/cells.ts';
import type { PlannedField } from '../../../resolvers/read/planned.ts';
import { objectTypeOf, selectedFields } from '../../../resolvers/read/selection.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import { jsonArray, type JsonEntry } from '../../../resolvers/sql/json.ts';
import { enumValueName } from '../../../metadata/naming.ts';
import type { State, StateMachine, Transition } from './machine.ts';

export const transitionParts = ['field', 'event', 'to', 'label'] as const;

/** The transitions that the caller could take now, as a JSON list: of fields that the caller may read and write, with guards that hold. */
export function availableSql({ plan, scope, selected }: PlannedField, machines: readonly StateMachine[], timeZone: string): string {
  const alias = plan.binds.alias();
  const rows = machines.flatMap((machine, index) => machineRows(machine, index, scope, timeZone));
  const from = rows.length > 0 ? rows.join(' UNION ALL ') : `SELECT NULL::text AS "field", NULL::text AS "event", NULL::text AS "to", NULL::text AS "label", 0 AS "n" WHERE false`;
  const type = selected.field && objectTypeOf(selected.field);
  const entries = type ? selectedFields(plan, type, selected.nodes).map(({ key, name }): JsonEntry => ({ key, sql: name === '__typename' ? literal(type.name) : `${alias}.${identifier(name)}` })) : [];
  return jsonArray(entries, `(${from}) ${alias} ORDER BY ${alias}."n"`);
}

function machineRows({ field, states }: StateMachine, index: number, scope: SqlScope, timeZone: string): readonly string[] {
  const rights = scope.access.object(scope.object.name);
  const { read, edit } = rights.field(field.name);
  if (read === false || edit === false || rights.edit === false || isMasked(scope, field)) return [];
  const open = [fieldCondition(scope, field), rowCondition(edit, scope), rowCondition(rights.edit, scope)].filter((condition) => condition !== undefined);
  const column = `${scope.alias}.${identifier(field.column ?? '')}`;
  const option = (state: string | undefined): string => {
    const found = field.options.find(({ value }) => value === state);
    return found ? literal(found.graphqlName) : 'NULL';
  };
  return [...states.values()].flatMap((state, at) =>
    state.transitions.map((transition, place) => {
      const conditions = [`${column} = ${literal(state.value)}`, ...open, ...guardsOf(transition, scope, timeZone), ...earlier(state, place, scope, timeZone)];
      const n = (index * 1000 + at) * 1000 + place;
      return `SELECT ${literal(field.name)}::text AS "field", ${literal(enumValueName(transition.event))}::text AS "event", ${option(transition.target)}::text AS "to", ${literal(transition.label)}::text AS "label", ${n} AS "n" WHERE ${conditions.join(' AND ')}`;
    }),
  );
}

/** The first transition of an event whose guards hold is the one. */
function earlier({ transitions }: State, place: number, scope: SqlScope, timeZone: string): readonly string[] {
  const same = transitions.slice(0, place).filter(({ event }) => event === transitions[place]?.event);
  return same.map((transition) => {
    const guards = guardsOf(transition, scope, timeZone);
    return guards.length === 0 ? 'false' : `(${guards.join(' AND ')}) IS NOT TRUE`;
  });
}

/** Guards see what they see when the transition is written, whatever the caller may read. */
function guardsOf({ guards }: Transition, scope: SqlScope, timeZone: string): readonly string[] {
  const access: Access = systemAccess;
  return guards.map((guard) => expressionCondition(asStored(guard), { ...scope, access }, { timeZone }));
}

const stored = new WeakMap<CheckedExpression, CheckedExpression>();

/** The expression before anything is written: the former image is the record itself. */
function asStored(expression: CheckedExpression): CheckedExpression {
  let found = stored.get(expression);
  if (!found) stored.set(expression, (found = { ...expression, root: unwritten(expression.root) as Checked }));
  return found;
}

function unwritten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(unwritten);
  if (typeof node !== 'object' || node === null) return node;
  const { kind } = node as Checked;
  if (kind === 'field') return { ...node, root: 'record' };
  if (kind === 'find') return { ...node, keys: (node as Checked & FindRecord).keys.map(({ field, value }) => ({ field, value: unwritten(value) })) };
  if (kind === 'isNew') return { kind: 'constant', type: { kind: 'boolean' }, value: false };
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === 'type' ? value : unwritten(value)]));
}
