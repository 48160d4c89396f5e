import * as z from 'zod';
import type { GraphQLSchema } from 'graphql';
import type { WriteOperation } from '../../../resolvers/source.ts';
import { RestProblem } from '../problem.ts';
import type { RestOperation } from '../exchange.ts';
import { selectionOf, type Json, type Shape } from '../read/shape.ts';
import type { Resource } from '../resource.ts';
import { checkNames, valueNames } from './body.ts';

/** Most records of one batch. */
export const mostRecords = 200;

const record = z.strictObject({ id: z.string().optional(), version: z.int().optional(), data: z.record(z.string(), z.unknown()).optional() });

/** Body of a batch. */
export const batchBody = z.strictObject({
  operation: z.enum(['create', 'update', 'upsert', 'delete']),
  records: z.array(record).min(1).max(mostRecords),
  by: z.string().optional(),
  options: z
    .strictObject({ atomic: z.boolean().optional(), continueOnError: z.boolean().default(false), returnRecords: z.boolean().default(false), validateOnly: z.boolean().default(false) })
    .prefault({}),
});
type Batch = z.output<typeof batchBody>;

const writes: Readonly<Record<Batch['operation'], WriteOperation>> = { create: 'createMany', update: 'updateMany', upsert: 'upsertMany', delete: 'deleteMany' };

/** Checks the body of a batch; every record has what its operation takes and nothing else. */
export function readBatch(body: Json, { names, writes: offered, object }: Resource, schema: GraphQLSchema): Batch {
  const parsed = batchBody.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RestProblem('BAD_REQUEST', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'The body is no batch.'}`.replace(/^: /, ''));
  }
  const batch = parsed.data;
  const { operation, records, by, options } = batch;
  if (!offered.has(writes[operation])) throw new RestProblem('BAD_REQUEST', `${object.pluralLabel} cannot be ${operation}d in batches.`, { status: 405 });
  if (options.atomic === true && options.continueOnError) throw new RestProblem('BAD_REQUEST', 'options: a batch is either atomic or continues after errors.');
  if (options.atomic === false && !options.continueOnError) throw new RestProblem('BAD_REQUEST', 'options: say continueOnError with atomic: false.');
  if (by !== undefined && operation !== 'upsert') throw new RestProblem('BAD_REQUEST', 'by: only an upsert takes a key.');
  const inputs = valueNames(schema, operation === 'update' ? names.updateInput : names.createInput);
  for (const [index, { id, version, data }] of records.entries()) {
    const wantsId = operation === 'update' || operation === 'delete';
    if (wantsId !== (id !== undefined) || (operation === 'delete') !== (data === undefined) || (version !== undefined && operation !== 'update')) {
      throw new RestProblem('BAD_REQUEST', `records.${index}: ${{ create: 'data', update: 'id, data and perhaps version', upsert: 'data', delete: 'id' }[operation]} is expected.`);
    }
    if (data) checkNames(data, inputs, operation === 'update' ? ['rows', index, 'input'] : ['input', index]);
  }
  return batch;
}

/** The bulk mutation that a batch becomes. */
export function batchOperation({ operation, records, by, options }: Batch, resource: Resource, shape: Shape, idempotencyKey: string | undefined): RestOperation {
  const { root, names } = resource;
  const [argument, type, value] =
    operation === 'update' ? ['rows', `[${names.updateRow}!]`, records.map(({ id, version, data }) => ({ id, ...(version !== undefined && { ifVersion: version }), input: data }))]
    : operation === 'delete' ? ['ids', '[ID!]', records.map(({ id }) => id)]
    : ['input', `[${names.createInput}!]!`, records.map(({ data }) => data)];
  const keyed = by !== undefined ? [`, $by: ${names.keyName}`, ', by: $by'] : ['', ''];
  const record = options.returnRecords && operation !== 'delete' ? ` record { ${selectionOf(shape)} }` : '';
  return {
    query:
      `mutation ($${argument}: ${type}, $mode: BulkMode, $idempotencyKey: String, $dryRun: Boolean${keyed[0]}) { result: ${root[writes[operation]]}(${argument}: $${argument}, mode: $mode, idempotencyKey: $idempotencyKey, dryRun: $dryRun${keyed[1]}) ` +
      `{ count rows { index id created problems { path code message }${record} } } }`,
    variables: { [argument]: value, mode: options.continueOnError ? 'PARTIAL' : 'ATOMIC', idempotencyKey, dryRun: options.validateOnly, ...(by !== undefined && { by }) },
  };
}
