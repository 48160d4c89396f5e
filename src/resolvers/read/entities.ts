import { isInputObjectType, isObjectType, type GraphQLInputType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { CatalogKey, CatalogObject } from '../../metadata/catalog.ts';
import { objectTypeNames } from '../../metadata/naming.ts';
import { castOf, familyOf, operandValue } from '../filter/operators.ts';
import { fieldNamed, fieldSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { objectNamed } from '../filter/scope.ts';
import type { RequestContext } from '../request.ts';
import type { FieldSource } from '../source.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { jsonRow } from '../sql/json.ts';
import type { LeafArg } from './arguments.ts';
import { GivenValues } from './given-values.ts';
import { keyField, withinOrganization } from './keys.ts';
import { scopeOf, type PlanContext } from './plan-context.ts';
import { recordEntries } from './record.ts';
import { partValue, type Representation } from './representation.ts';
import type { SelectedField } from './selection.ts';

/** Keys that records may be named by, of each object by machine name. */
type AcceptedKeys = ReadonlyMap<string, readonly CatalogKey[]>;

interface EntityKey {
  readonly object: CatalogObject;
  readonly type: GraphQLObjectType;
  readonly key: CatalogKey;
  readonly parts: readonly KeyPart[];
}

interface KeyPart {
  /** Machine name. */
  readonly field: string;
  readonly graphqlName: string;
  readonly input: GraphQLInputType;
}

/**
 * The records that representations name, in their order; null where there is none that the caller may read. All keys of one kind are one
 * parameter, so that a thousand representations are one statement of the same text as ten.
 */
export function entitiesSql(plan: PlanContext, selected: SelectedField, accepted: AcceptedKeys, representations: LeafArg): string {
  const keys = new EntityKeys(plan, accepted);
  const used = representations.trait('keys', (value) => keys.used(listOf(value)));
  const list = (request: RequestContext): readonly Representation[] => listOf(representations.operand.value(request));
  const branches = used.flatMap((label) => {
    const key = keys.labelled(label);
    return key && plan.access.object(key.object.name).read !== false ? [branchSql(plan, selected, key, (request) => keys.grouped(list(request)).get(label) ?? [], list)] : [];
  });
  const count = plan.binds.add((request) => list(request).length, 'int');
  const found = branches.length === 0 ? 'SELECT NULL::int AS n, NULL::json AS o WHERE false' : branches.join(' UNION ALL ');
  return `(SELECT coalesce(json_agg(e.o ORDER BY p.n), '[]'::json) FROM generate_series(1, ${count}) p(n) LEFT JOIN (${found}) e ON e.n = p.n)`;
}

/** The records of one object with these values of a key, in their order; null where there is none that the caller may read. */
export function lookupSql(plan: PlanContext, selected: SelectedField, { object: name, key: keyName }: Extract<FieldSource, { kind: 'lookup' }>, values: LeafArg): string {
  const object = objectNamed(plan.catalog, name);
  const key = object.keys.find((each) => each.name === keyName);
  if (!key) throw new Error(`${name} has no key ${keyName}.`);
  const [first = '', ...others] = key.fields;
  const partsOf = (value: unknown): object => (others.length > 0 ? (value as object) : { [fieldNamed(object, first).graphqlName]: value });
  const named = new WeakMap<readonly unknown[], readonly Representation[]>();
  const representations = (value: unknown): readonly Representation[] => {
    const list = value as readonly unknown[];
    const known = named.get(list) ?? list.map((each) => ({ __typename: object.names.type, ...partsOf(each) }));
    named.set(list, known);
    return known;
  };
  return entitiesSql(plan, selected, new Map([[name, [key]]]), {
    kind: 'leaf',
    operand: { value: (request) => representations(values.operand.value(request)) },
    peek: () => representations(values.peek()),
    trait: (trait, of) => values.trait(`${trait} of ${name}.${keyName}`, (value) => of(representations(value))),
  });
}

function branchSql(plan: PlanContext, selected: SelectedField, { object, type, key, parts }: EntityKey, all: (request: RequestContext) => readonly number[], list: (request: RequestContext) => readonly Representation[]): string {
  const scope = scopeOf(plan, object.name);
  const given = new GivenValues(type);
  const positions = (request: RequestContext) => all(request).filter((position) => given.accepts(list(request)[position]));
  const column = (cast: string, value: (position: number, request: RequestContext) => unknown) => plan.binds.add((request) => positions(request).map((position) => value(position, request)), `${cast}[]`);
  const columns = [column('int', (position) => position + 1)];
  const conditions: string[] = [];
  for (const part of parts) {
    const field = keyField(scope, part.field);
    const family = familyOf(field);
    columns.push(column(castOf[family], (position, request) => {
      const value = keyValue(list(request)[position]?.[part.graphqlName], part, type);
      return value === null ? null : operandValue(family, value, request.now);
    }));
    conditions.push(`${fieldSql(field, scope)} = k.v${columns.length - 1}`);
  }
  conditions.push(...withinOrganization(key, scope), ...visibleRows(scope));
  const entries = recordEntries(plan, { ...scope, visible: true, given: (field) => `k.g${given.place(field)}` }, type, selected.nodes, [selected.key]);
  if (plan.mode === 'values') entries.push({ key: '$type', sql: literal(type.name) });
  const row = jsonRow(entries, `${identifier(object.table)} ${scope.alias}${whereClause(conditions)}`);
  const needed = given.columns();
  columns.push(...needed.map(({ name, cast }) => column(cast, (position, request) => given.value(list(request)[position], name))));
  if (needed.length > 0) plan.problems.push((request) => given.problems(list(request), all(request), selected.key));
  const names = ['n', ...parts.map((_part, index) => `v${index + 1}`), ...needed.map((_field, index) => `g${index}`)];
  return `SELECT k.n, ${row} AS o FROM unnest(${columns.join(', ')}) k(${names.join(', ')})`;
}

/** Which keys of which types representations give. */
class EntityKeys {
  readonly #schema: GraphQLSchema;
  readonly #objects: ReadonlyMap<string, CatalogObject>;
  readonly #accepted: AcceptedKeys;
  readonly #ofType = new Map<string, readonly EntityKey[]>();
  readonly #grouped = new WeakMap<readonly Representation[], ReadonlyMap<string, readonly number[]>>();

  constructor({ schema, catalog }: Pick<PlanContext, 'schema' | 'catalog'>, accepted: AcceptedKeys) {
    this.#schema = schema;
    this.#accepted = accepted;
    this.#objects = new Map([...catalog.objects.values()].map((object) => [object.names.type, object]));
  }

  /** Labels of the keys that occur: part of a plan's shape. */
  used(representations: readonly Representation[]): readonly string[] {
    return [...this.grouped(representations).keys()].sort();
  }

  labelled(label: string): EntityKey | undefined {
    const [type = '', name] = label.split(' ');
    return this.#keysOf(type).find(({ key }) => key.name === name);
  }

  /** Positions of representations by the label of their key. Those of types that are no entities are left out. */
  grouped(representations: readonly Representation[]): ReadonlyMap<string, readonly number[]> {
    const known = this.#grouped.get(representations);
    if (known) return known;
    const groups = new Map<string, number[]>();
    for (const [position, representation] of representations.entries()) {
      const keys = this.#keysOf(String(representation['__typename']));
      if (keys.length === 0) continue;
      const given = keys.find(({ parts }) => parts.every(({ graphqlName }) => representation[graphqlName] !== undefined));
      if (!given) {
        const accepted = keys.map(({ parts }) => parts.map(({ graphqlName }) => graphqlName).join(' and ')).join(', or ');
        throw new ObjectosError('BAD_REQUEST', `representations[${position}] gives no key of ${String(representation['__typename'])}. It must have ${accepted}.`);
      }
      const label = `${given.type.name} ${given.key.name}`;
      const group = groups.get(label);
      if (group) group.push(position);
      else groups.set(label, [position]);
    }
    this.#grouped.set(representations, groups);
    return groups;
  }

  #keysOf(typeName: string): readonly EntityKey[] {
    const object = this.#objects.get(typeName);
    // Names of no type are the client's and unbounded: nothing is kept of them.
    if (!object) return [];
    let keys = this.#ofType.get(typeName);
    if (!keys) {
      keys = this.#readKeys(object);
      this.#ofType.set(typeName, keys);
    }
    return keys;
  }

  /** In the order of the key input, where the id comes first. */
  #readKeys(object: CatalogObject): readonly EntityKey[] {
    const names = objectTypeNames(object.names.type);
    const type = this.#schema.getType(names.type);
    const input = this.#schema.getType(names.key);
    if (!isObjectType(type) || !isInputObjectType(input)) return [];
    return Object.values(input.getFields()).flatMap(({ extensions: { objectos: source }, type: of }): EntityKey[] => {
      const key = source?.kind === 'key' ? this.#accepted.get(object.name)?.find(({ name }) => name === source.key) : undefined;
      if (!key) return [];
      const inputs = isInputObjectType(of) ? of.getFields() : undefined;
      const parts = key.fields.map((field): KeyPart => {
        const { graphqlName } = fieldNamed(object, field);
        return { field, graphqlName, input: inputs?.[graphqlName]?.type ?? of };
      });
      return [{ object, type, key, parts }];
    });
  }
}

function keyValue(value: unknown, { graphqlName, input }: KeyPart, type: GraphQLObjectType): unknown {
  return partValue(value, input, (problem) => {
    throw new ObjectosError('BAD_REQUEST', `representations: ${graphqlName} of ${type.name} is not as it should be: ${problem}`);
  });
}

function listOf(value: unknown): readonly Representation[] {
  return value as readonly Representation[];
}
