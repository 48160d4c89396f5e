import { ObjectosError } from '../../../errors.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { toInputValue } from '../../../resolvers/write/authored-values.ts';
import type { Input, Writer } from '../../../resolvers/write/writer.ts';
import type { RecordAction } from '../rule.ts';
import type { CompiledValue } from '../values.ts';

/** A record that the rule is about, as values see it. */
export interface Subject {
  readonly id: string | undefined;
  readonly environment: ExpressionEnvironment;
}

/** What an action was given and what it did, for people: JSON without secrets. */
export interface Told {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
}

/** Does the action for all subjects in as few statements as it can, through the write path. Answers what it did for each. */
export async function writeRecords(action: RecordAction, subjects: readonly Subject[], own: CatalogObject | undefined, writer: Writer, context: RequestContext): Promise<readonly Told[]> {
  const target = action.type === 'field_update' ? own : action.object;
  if (!target) throw new ObjectosError('NOT_FOUND', `The action "${action.name}" has no record to update.`);
  const inputs = subjects.map(({ environment }) => inputOf(target, action.values, environment));
  const told = (id: string | undefined, input: Input): Told => ({ input: shown(target, input), output: { object: target.name, id } });
  const request = { object: target.name, options: {} };

  if (action.type === 'create_record') {
    const [only, more] = inputs;
    if (!only) return [];
    const { rows } = await writer.write(more ? { ...request, operation: 'createMany', input: inputs } : { ...request, operation: 'create', input: only }, context);
    return inputs.map((input, index) => told(rows[index]?.id, input));
  }

  const rows = subjects.map(({ id: own, environment }, index) => ({ id: idOf(action, own, environment, target), input: inputs[index] ?? {} }));
  for (const wave of waves(rows)) {
    const [only, more] = wave;
    if (!only) continue;
    await writer.write(more ? { ...request, operation: 'updateMany', rows: wave } : { ...request, operation: 'update', ...only }, context);
  }
  return rows.map(({ id, input }) => told(id, input));
}

function idOf(action: Exclude<RecordAction, { type: 'create_record' }>, own: string | undefined, environment: ExpressionEnvironment, { label }: CatalogObject): string {
  const id = action.type === 'field_update' ? own : action.id.of(environment);
  if (typeof id !== 'string' || id === '') throw new ObjectosError('NOT_FOUND', `The action "${action.name}" names no ${label} to change.`);
  return id;
}

/** One write names a record once: what else happens to it comes in a write after that. */
function waves<R extends { readonly id: string }>(rows: readonly R[]): readonly (readonly R[])[] {
  const found: R[][] = [];
  const times = new Map<string, number>();
  for (const row of rows) {
    const wave = times.get(row.id) ?? 0;
    times.set(row.id, wave + 1);
    (found[wave] ??= []).push(row);
  }
  return found;
}

/** Values as GraphQL would hand them over. */
export function inputOf(object: CatalogObject, values: ReadonlyMap<string, CompiledValue>, environment: ExpressionEnvironment): Input {
  const input: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const field = object.fields.get(name);
    if (!field) throw new ObjectosError('VALIDATION_FAILED', `${object.name} has no field "${name}" any more.`);
    input[field.graphqlName] = toInputValue(value.of(environment), field, (message) => {
      throw new ObjectosError('VALIDATION_FAILED', message);
    });
  }
  return input;
}

/** By machine name, so that readers' rights can be applied. */
function shown(object: CatalogObject, input: Input): Readonly<Record<string, unknown>> {
  const fields = new Map([...object.fields.values()].map((field) => [field.graphqlName, field]));
  return Object.fromEntries(Object.entries(input).map(([name, value]) => {
    const field = fields.get(name);
    return [field?.name ?? name, field?.type.confidential === true || field?.internal === true ? '***' : value];
  }));
}
