import type { SubschemaConfig } from '@graphql-tools/delegate';
import { stitchSchemas } from '@graphql-tools/stitch';
import { RenameInterfaceFields, RenameObjectFields, RenameRootFields, RenameTypes } from '@graphql-tools/wrap';
import { isScalarType, isSpecifiedScalarType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';
import { StartupError } from '../../../errors.ts';
import type { Remote } from '../read-remotes.ts';

/** A remote service with the names that it has here. */
export interface StitchedRemote {
  readonly remote: Remote;
  readonly subschema: SubschemaConfig;
  /** Its types with their resolvers; fields that lead to local records say what they need of their parents. */
  readonly schema: GraphQLSchema;
}

/** Where a parent carries the value by which one of its fields leads to local records. */
export const keyAlias = (key: string): string => `objectos_${key}`;

/** Stands for the types of local records, which only this API knows. */
const placeholder = 'Objectos_Records';

export function stitchRemote(remote: Remote, schema: GraphQLSchema, executor: SubschemaConfig['executor']): StitchedRemote {
  const subschema: SubschemaConfig = { name: remote.name, schema, ...(executor && { executor }), batch: true, transforms: transformsOf(remote, schema) };
  const added = Object.entries(remote.fields);
  const extensions = added.map(([type, fields]) => `extend type ${type} { ${Object.keys(fields).map((name) => `${name}: ${placeholder}`).join(' ')} }`);
  const resolvers = Object.fromEntries(added.map(([type, fields]) => [type, Object.fromEntries(Object.entries(fields).map(([name, { key }]) => [name, { selectionSet: `{ ${keyAlias(key)}: ${key} }`, resolve: () => null }]))]));
  try {
    const stitched = stitchSchemas({
      subschemas: [subschema],
      ...(added.length > 0 && { typeDefs: [`type ${placeholder} { _: Boolean }`, ...extensions].join('\n'), resolvers }),
      // What is missing is told by name, when the types are taken over.
      assumeValid: true,
    });
    return { remote, subschema, schema: stitched };
  } catch (error) {
    throw new StartupError(`The remote ${remote.name} cannot be made part of the schema: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function transformsOf({ name: remote, rename, prefix = '' }: Remote, schema: GraphQLSchema): NonNullable<SubschemaConfig['transforms']> {
  const roots = new Map([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type, index) => (type ? [[type.name, ['Query', 'Mutation', 'Subscription'][index] ?? type.name]] : [])));
  const typeName = (type: GraphQLNamedType): string => {
    if (roots.has(type.name) || type.name.startsWith('__') || isSpecifiedScalarType(type)) return type.name;
    return rename[type.name] ?? (isScalarType(type) ? type.name : `${prefix}${type.name}`);
  };
  checkNames(remote, rename, schema, typeName, roots);
  const field = (type: string, name: string): string => rename[`${type}.${name}`] ?? name;
  return [
    new RenameRootFields((operation, name) => field(operation, name)),
    new RenameObjectFields((type, name) => (roots.has(type) ? name : field(type, name))),
    new RenameInterfaceFields(field),
    new RenameTypes((name) => {
      const type = schema.getType(name);
      return type ? typeName(type) : name;
    }),
  ];
}

/** Names that are not the service's, and types that would have one name. */
function checkNames(remote: string, rename: Remote['rename'], schema: GraphQLSchema, typeName: (type: GraphQLNamedType) => string, roots: ReadonlyMap<string, string>): void {
  const rootNames = new Map([...roots].map(([name, operation]) => [operation, name]));
  for (const coordinate of Object.keys(rename)) {
    const [type = '', field] = coordinate.split('.');
    const found = schema.getType(rootNames.get(type) ?? type);
    const fits = found && (field === undefined ? !roots.has(found.name) : 'getFields' in found && Object.hasOwn(found.getFields(), field));
    if (!fits) throw new StartupError(`The remote ${remote} is to rename ${coordinate}, which its schema does not have.`);
  }
  const owners = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    const name = typeName(type);
    const other = owners.get(name);
    if (other !== undefined) throw new StartupError(`The types ${other} and ${type.name} of the remote ${remote} would both be called ${name}. Rename one of them.`);
    owners.set(name, type.name);
  }
}
