import { createHash } from 'node:crypto';
import { print, visit, type ASTNode, type FieldNode, type GraphQLResolveInfo } from 'graphql';
import { ObjectosError } from '../../../errors.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { findObject } from '../../../metadata/find-object.ts';
import { constant, type Filter } from '../../../resolvers/filter/filter.ts';
import { ArgumentReader, noStructure, type Args } from '../../../resolvers/read/arguments.ts';
import type { ReadLimits } from '../../../resolvers/read/plan-context.ts';
import { selectedFields } from '../../../resolvers/read/selection.ts';
import { planContext } from '../../../resolvers/read/plan.ts';
import { readWhere } from '../../../resolvers/read/where.ts';
import { withVariables, type RequestContext } from '../../../resolvers/request.ts';
import type { ChangeKind } from '../delivery/change.ts';
import type { Wanted, Wish } from '../delivery/listener.ts';
import type { LiveWish } from '../delivery/live-list.ts';
import { changeSelection, isPlain, type ChangeSelection } from '../delivery/record-reader.ts';
import { changeFields, liveFields } from './types.ts';

interface ChangeArguments {
  readonly kinds?: readonly ChangeKind[] | null;
  readonly changedFields?: readonly string[] | null;
  readonly after?: string | null;
  readonly snapshot?: boolean | null;
}

/** Objects whose records the API shows, and so their changes. */
export const isFollowed = ({ methods }: CatalogObject): boolean => methods.has('get') || methods.has('list');

export const makeWish = (wanted: readonly Wanted[], args: ChangeArguments, context: RequestContext, info: GraphQLResolveInfo, limits: ReadLimits): Wish =>
  wishFor(wanted, args, changeSelection(info, limits), changeFields, context, info);

function wishFor(wanted: readonly Wanted[], args: ChangeArguments, selection: ChangeSelection, shared: ReadonlySet<string>, context: RequestContext, info: GraphQLResolveInfo): Wish {
  return {
    wanted,
    selection,
    interest: { kinds: args.kinds ? new Set(args.kinds) : undefined, changedFields: args.changedFields ? fieldsNamed(args.changedFields, wanted, context) : undefined },
    snapshot: args.snapshot === true,
    after: args.after ?? undefined,
    ...(isShareable(selection, shared, wanted, context) ? { key: `${operationNumber(info)} ${String(info.path.key)} ${JSON.stringify(info.variableValues)}`, form: formOf(info) } : keysOfItsOwn()),
  };
}

/** What `accountsLive` follows: every change of the rows, told without their records. */
export function makeLiveWish(object: CatalogObject, context: RequestContext, info: GraphQLResolveInfo, limits: ReadLimits): LiveWish {
  const { parentType, fieldName, fieldNodes, variableValues } = info;
  const field = parentType.getFields()[fieldName];
  const [node] = fieldNodes;
  const args: Args = field && node ? new ArgumentReader(variableValues, noStructure()).of(field, node) : new Map();
  const selection: ChangeSelection = { ...changeSelection(info, limits), field: 'records' };
  const changes: Wish = { ...wishFor([wantedBy(object, info)], {}, selection, liveFields, context, info), selection: { ...selection, field: 'record' } };
  return { object, args, limits, changes, selection };
}

let made = 0;
function keysOfItsOwn(): Pick<Wish, 'key' | 'form'> {
  const key = `own ${(made += 1)}`;
  return { key, form: key };
}

const numbers = new WeakMap<object, number>();

function operationNumber({ operation }: GraphQLResolveInfo): number {
  let number = numbers.get(operation);
  if (number === undefined) numbers.set(operation, (number = made += 1));
  return number;
}

interface Selected {
  readonly text: string;
  /** Names of variables. */
  readonly variables: readonly string[];
}
const selected = new WeakMap<FieldNode, Selected>();

/** What is selected of a message, in whichever document and for whichever rows. */
function formOf({ fieldNodes, fragments, variableValues, returnType, path }: GraphQLResolveInfo): string {
  const places = fieldNodes.map((node) => entryOf(selected, node, () => selectedBy([{ ...node, arguments: [] }, ...Object.values(fragments)])));
  const values = places.flatMap(({ variables }) => variables.map((name) => [name, variableValues[name]]));
  return JSON.stringify([String(returnType), path.key, places.map(({ text }) => text), values]);
}

function selectedBy(nodes: readonly ASTNode[]): Selected {
  const variables = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void variables.add(name.value) });
  return { text: createHash('sha256').update(nodes.map(print).join('\n')).digest('base64url'), variables: [...variables] };
}

/** Resolvers of other plugins may answer each caller something else. */
function isShareable(selection: ChangeSelection, shared: ReadonlySet<string>, wanted: readonly Wanted[], context: RequestContext): boolean {
  const request = withVariables(context, selection.variables);
  const fields = selectedFields(planContext(selection.source, request, 'values'), selection.type, selection.nodes);
  return fields.every(({ name }) => shared.has(name)) && wanted.every(({ object }) => isPlain(selection, object, request));
}

/** The argument `where` of a field about one object. */
export function wantedBy(object: CatalogObject, { parentType, fieldName, fieldNodes, variableValues }: GraphQLResolveInfo): Wanted {
  const field = parentType.getFields()[fieldName];
  const [node] = fieldNodes;
  const arg = field && node ? new ArgumentReader(variableValues, noStructure()).of(field, node, ['where']).get('where') : undefined;
  return { object, where: ({ catalog, access }) => readWhere(arg, { object, catalog, access }) };
}

/** GraphQL names of fields, each of which every object has and the caller may read. */
function fieldsNamed(names: readonly string[], wanted: readonly Wanted[], { access }: RequestContext): ReadonlySet<string> {
  for (const { object } of wanted) {
    for (const name of names) {
      const field = [...object.fields.values()].find(({ graphqlName, internal }) => graphqlName === name && !internal);
      if (!field) throw new ObjectosError('BAD_REQUEST', `${object.names.type} has no field "${name}". changedFields takes names as messages show them under changedFields.`);
      if (access.object(object.name).field(field.name).read === false) throw new ObjectosError('FORBIDDEN', `You may not read ${object.names.type}.${name}.`);
    }
  }
  return new Set(names);
}

export const everything = (object: CatalogObject): Wanted => ({ object, where: () => undefined });

export function withId(object: CatalogObject, id: string): Wanted {
  const filter: Filter = { kind: 'compare', field: 'id', operator: 'eq', operand: constant(id) };
  return { object, where: () => filter };
}

/** Objects by the names of their types or by machine name. Those that the caller may not read are refused. */
export function objectsNamed(names: readonly string[], { catalog, access }: Pick<RequestContext, 'catalog' | 'access'>): readonly CatalogObject[] {
  return [...new Set(names)].map((name) => {
    const object = findObject(catalog, name);
    // Records of those that can be asked for by id have the type Node.
    if (!object?.methods.has('get') || access.object(object.name).read === false) throw new ObjectosError('BAD_REQUEST', `There is no object "${name}" whose changes you may follow.`);
    return object;
  });
}

/** All that the caller may read. */
export const readableObjects = ({ catalog, access }: Pick<RequestContext, 'catalog' | 'access'>): readonly CatalogObject[] =>
  [...catalog.objects.values()].filter((object) => object.methods.has('get') && !object.system && access.object(object.name).read !== false);
