import { createHash } from 'node:crypto';
import { getArgumentValues, print, type GraphQLField, type GraphQLFormattedError } from 'graphql';
import { planContext, type OperationSource } from '../read/plan.ts';
import type { PlanContext } from '../read/plan-context.ts';
import type { SelectedField } from '../read/selection.ts';
import type { RequestContext } from '../request.ts';
import { withIdempotency } from '../write/idempotency.ts';
import type { Writer } from '../write/writer.ts';
import { Payload } from './payload.ts';
import { readOptions, readWrite, type MutationSource } from './write-request.ts';

/** What a mutation field answers: the JSON text of its payload, and the hidden fields in it. */
export interface MutationAnswer {
  readonly json: string;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Runs one mutation field: the write, then the reads of its payload. */
export async function runMutationField(writer: Writer, source: OperationSource, selected: SelectedField, mutation: MutationSource, request: RequestContext, mode: PlanContext['mode']): Promise<MutationAnswer> {
  const field = selected.field as GraphQLField<unknown, unknown>;
  const [node] = selected.nodes;
  const plan = planContext(source, request, mode);
  const given = getArgumentValues(field, node, request.variables);
  const { dryRun, ...options } = readOptions(given);
  const key = options.idempotencyKey;
  const payload = new Payload(source, selected, mutation, request, mode);
  // The writer makes its own statements one unit. Only what belongs to the same unit beyond them needs a transaction around it.
  const together = dryRun || key !== undefined || payload.readsBefore;
  const write = readWrite(mutation, given, plan.args.of(field, node), { ...options, sole: together && !request.database.inTransaction }, request);

  const work = async (): Promise<string> => {
    const { write: exact, before } = await payload.readBefore(write);
    const result = await writer.write(exact, request);
    return payload.json(result, given['clientMutationId'], before);
  };
  const once = key === undefined ? work : () => withIdempotency(request, key, requestHash(selected, given), work);
  try {
    const json = together ? await request.database.transaction(once, { rollback: dryRun }) : await once();
    return { json, errors: payload.errors };
  } catch (error) {
    throw await payload.withCurrent(error);
  }
}

/** A repeat is the same field with the same values and the same selection. */
function requestHash({ nodes, name }: SelectedField, given: Readonly<Record<string, unknown>>): string {
  const selection = nodes.map((node) => (node.selectionSet ? print(node.selectionSet) : '')).join();
  return createHash('sha256').update(JSON.stringify([name, given, selection])).digest('base64url');
}
