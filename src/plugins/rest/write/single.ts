import type { WriteOperation } from '../../../resolvers/source.ts';
import type { RestOperation } from '../exchange.ts';
import { selectionOf, type Json, type Shape } from '../read/shape.ts';
import type { Resource } from '../resource.ts';

interface Argument {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

export interface SingleWrite {
  readonly id?: string;
  readonly input?: Json;
  readonly ifVersion?: number | undefined;
  readonly purge?: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly dryRun?: boolean;
}

/** The mutation of one record. */
export function writeOperation(operation: Exclude<WriteOperation, `${string}Many`>, { names, root, object }: Resource, { id, input, ifVersion, purge, idempotencyKey, dryRun }: SingleWrite, shape: Shape): RestOperation {
  const all: readonly (Argument | undefined)[] = [
    id === undefined ? undefined : { name: 'id', type: 'ID!', value: id },
    input && { name: 'input', type: `${operation === 'update' ? names.updateInput : names.createInput}!`, value: input },
    ifVersion === undefined ? undefined : { name: 'ifVersion', type: 'Int', value: ifVersion },
    purge === true ? { name: 'purge', type: 'Boolean', value: true } : undefined,
    { name: 'idempotencyKey', type: 'String', value: idempotencyKey },
    { name: 'dryRun', type: 'Boolean', value: dryRun },
  ];
  const given = all.filter((argument) => argument !== undefined);
  const version = object.fields.has('version') ? ' rest_version: version' : '';
  return {
    query: `mutation (${given.map(({ name, type }) => `$${name}: ${type}`).join(', ')}) { result: ${root[operation]}(${given.map(({ name }) => `${name}: $${name}`).join(', ')}) { record { ${selectionOf(shape)} rest_id: id${version} } warnings { path code message } } }`,
    variables: Object.fromEntries(given.map(({ name, value }) => [name, value])),
  };
}
