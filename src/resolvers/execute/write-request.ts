import { ObjectosError } from '../../errors.ts';
import { objectNamed } from '../filter/scope.ts';
import type { Args } from '../read/arguments.ts';
import { leaf } from '../read/page.ts';
import { readWhere } from '../read/where.ts';
import type { RequestContext } from '../request.ts';
import type { FieldSource } from '../source.ts';
import type { Input, WriteOptions, WriteRequest } from '../write/writer.ts';

export type MutationSource = Extract<FieldSource, { kind: 'mutation' }>;

/** Options are arguments beside the input. */
export function readOptions(given: Readonly<Record<string, unknown>>): WriteOptions & { readonly dryRun: boolean } {
  return {
    ifVersion: (given['ifVersion'] ?? undefined) as number | undefined,
    idempotencyKey: (given['idempotencyKey'] ?? undefined) as string | undefined,
    dryRun: given['dryRun'] === true,
    mode: (given['mode'] ?? undefined) as WriteOptions['mode'],
  };
}

/** Arguments whose structure `readWrite` reads; inputs are taken as values, however large. */
export const structuralArguments = ['by', 'where'];

/** Arguments of a mutation field → what the writer is asked to do. */
export function readWrite({ object, operation, via }: MutationSource, given: Readonly<Record<string, unknown>>, args: Args, options: WriteOptions, request: RequestContext): WriteRequest {
  const input = via ? via.input(given, request) : given['input'];
  const base = { object, options };
  const id = () => String(given['id']);
  const by = () => String(leaf(args, 'by')?.peek() ?? 'id');
  const purge = given['purge'] === true;
  const where = () => {
    const scope = { object: objectNamed(request.catalog, object), catalog: request.catalog, access: request.access };
    return readWhere(args.get('where'), scope);
  };
  switch (operation) {
    case 'create': return { ...base, operation, input: input as Input };
    case 'createMany': return { ...base, operation, input: input as readonly Input[] };
    case 'update': return { ...base, operation, id: id(), input: input as Input };
    case 'upsert': return { ...base, operation, by: by(), input: input as Input };
    case 'upsertMany': return { ...base, operation, by: by(), input: input as readonly Input[] };
    case 'delete': return { ...base, operation, id: id(), purge };
    case 'restore': return { ...base, operation, id: id() };
    case 'updateMany': {
      const rows = given['rows'] as Extract<WriteRequest, { rows: unknown }>['rows'] | null | undefined;
      const filter = where();
      exactlyOne('rows, or where with input', Boolean(rows), Boolean(filter && input));
      return rows ? { ...base, operation, rows } : { ...base, operation, where: filter ?? never(), input: input as Input };
    }
    case 'deleteMany': {
      const ids = given['ids'] as readonly string[] | null | undefined;
      const filter = where();
      exactlyOne('ids or where', Boolean(ids), Boolean(filter));
      return ids ? { ...base, operation, ids, purge } : { ...base, operation, where: filter ?? never(), purge };
    }
  }
}

function exactlyOne(what: string, ...given: readonly boolean[]): void {
  if (given.filter(Boolean).length !== 1) throw new ObjectosError('BAD_REQUEST', `Give exactly one of ${what}. To mean all records write where: {}.`);
}

function never(): never {
  throw new Error('Checked before.');
}

export function isDelete({ operation }: MutationSource): boolean {
  return operation === 'delete' || operation === 'deleteMany';
}
