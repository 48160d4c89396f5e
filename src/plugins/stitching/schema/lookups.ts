import type DataLoader from 'dataloader';
import { delegateToSchema } from '@graphql-tools/delegate';
import { getNamedType, getNullableType, isListType, Kind, type FieldNode, type GraphQLField, type GraphQLResolveInfo, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { StartupError } from '../../../errors.ts';
import { loaderPerPlace } from '../../../resolvers/execute/place.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Reference } from '../read-remotes.ts';
import { infoFor } from './resolve.ts';
import { keyAlias, type StitchedRemote } from './stitch.ts';

interface Lookup {
  readonly stitched: StitchedRemote;
  readonly field: GraphQLField<unknown, unknown>;
  readonly argument: string;
  /** Field of the remote type with the value. */
  readonly key: string;
}

/** The fields of Query that fields of objects are answered by. */
export function lookupFields({ schema, remote: { name, lookups } }: StitchedRemote): readonly GraphQLField<unknown, unknown>[] {
  const fields = schema.getQueryType()?.getFields() ?? {};
  return Object.entries(lookups).flatMap(([type, byKey]) =>
    Object.entries(byKey).map(([key, { field: fieldName, argument }]) => {
      const refuse: (problem: string) => never = (problem) => {
        throw new StartupError(`The remote ${name} is to find a ${type} by ${key} with Query.${fieldName}, ${problem}`);
      };
      const field = fields[fieldName] ?? refuse('which its schema does not have.');
      const of = schema.getType(type);
      if (!of || getNamedType(field.type) !== of) refuse(`which is of the type ${String(field.type)}.`);
      const isList = isListType(getNullableType(field.type));
      // Records of a list are told apart by it.
      if (isList && !('getFields' in of && Object.hasOwn(of.getFields(), key))) refuse(`and ${type} has no field ${key}.`);
      const arg = field.args.find((each) => each.name === argument) ?? refuse(`which has no argument ${argument}.`);
      if (isListType(getNullableType(arg.type)) !== isList) refuse('which must take and give lists, or one value and one record.');
      return field;
    }),
  );
}

/** Gives objects fields that lead to records of a remote service: one request for all of one place of a document. */
export function addLookups({ addRecordField }: SchemaExtension, stitched: StitchedRemote, references: readonly Reference[]): void {
  const { remote, schema } = stitched;
  for (const { object, field: holder, to, name } of references.filter(({ to: { remote: other } }) => other === remote.name)) {
    const { field: fieldName = '', argument = '' } = remote.lookups[to.type]?.[to.key] ?? {};
    const field = schema.getQueryType()?.getFields()[fieldName];
    if (!field) throw new Error(`Query.${fieldName} is not in the schema of ${remote.name}.`);
    const load = loaderOf({ stitched, field, argument, key: to.key });
    addRecordField({
      object: object.name,
      name,
      type: to.type,
      description: `${holder.label}, which ${remote.label ?? remote.name} has.`,
      needs: [holder.name],
      remote: { remote: remote.name, coordinate: `Query.${fieldName}` },
      resolve(record, _args, context, info) {
        const key = record[holder.name];
        return key === null || key === undefined ? null : load(context, info).load(key as string | number);
      },
    });
  }
}

function loaderOf(lookup: Lookup): (context: RequestContext, info: GraphQLResolveInfo) => DataLoader<string | number, unknown> {
  const loader = loaderPerPlace<string | number>();
  const together = isListType(getNullableType(lookup.field.type));
  return (context, info) => loader(context, info, (keys) => (together ? findTogether(lookup, keys, context, info) : Promise.all(keys.map((key) => findOne(lookup, key, context, info)))));
}

/** Records may come in any order, and some not at all. */
async function findTogether(lookup: Lookup, keys: readonly (string | number)[], context: RequestContext, info: GraphQLResolveInfo): Promise<unknown[]> {
  const alias = keyAlias(lookup.key);
  const answer = await ask(lookup, keys, withKey(info.fieldNodes, lookup.key), context, info);
  if (!Array.isArray(answer)) return keys.map(() => answer ?? null);
  const failed = answer.find((each) => each instanceof Error) as Error | undefined;
  const records = new Map(answer.flatMap((record: unknown) => (typeof record === 'object' && record !== null && !(record instanceof Error) ? [[String((record as Readonly<Record<string, unknown>>)[alias]), record] as const] : [])));
  return keys.map((key) => records.get(String(key)) ?? failed ?? null);
}

/** Requests of one moment are put together where they are sent. */
const findOne = (lookup: Lookup, key: string | number, context: RequestContext, info: GraphQLResolveInfo): Promise<unknown> => ask(lookup, key, undefined, context, info);

async function ask({ stitched, field, argument }: Lookup, value: unknown, selectionSet: SelectionSetNode | undefined, context: RequestContext, info: GraphQLResolveInfo): Promise<unknown> {
  try {
    return (await delegateToSchema({
      schema: stitched.subschema,
      operation: 'query' as never,
      fieldName: field.name,
      args: { [argument]: value },
      returnType: field.type,
      context,
      info: infoFor(stitched, 'Query', field, info),
      ...(selectionSet && { selectionSet }),
    })) as unknown;
  } catch (error) {
    return error;
  }
}

function withKey(nodes: readonly FieldNode[], key: string): SelectionSetNode {
  const own: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: key }, alias: { kind: Kind.NAME, value: keyAlias(key) } };
  return { kind: Kind.SELECTION_SET, selections: [...nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []), own] };
}
