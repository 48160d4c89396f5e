import {
  GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, isLeafType, Kind, valueFromAST,
  type FieldNode, type GraphQLArgument, type GraphQLField, type GraphQLInputField, type GraphQLInputType, type ValueNode,
} from 'graphql';
import { constant, type Operand } from '../filter/filter.ts';
import type { RequestContext } from '../request.ts';

/**
 * An argument as the planner sees it: its structure is part of the plan, its leaf values are not. A plan made for one set of
 * variables therefore serves all others of the same shape.
 */
export type Arg =
  | { readonly kind: 'null' }
  | LeafArg
  | { readonly kind: 'list'; readonly items: readonly Arg[] }
  | { readonly kind: 'object'; readonly entries: readonly ArgEntry[] };

export interface LeafArg {
  readonly kind: 'leaf';
  /** Scalars, enums and lists of them. Options of selects come as stored values. */
  readonly operand: Operand;
  /** The value of this very request; makes it part of the plan's shape. */
  peek(): unknown;
  /** What `of` finds in the value; makes that alone part of the plan's shape. `name` tells it from other traits of the same value. */
  trait<T>(name: string, of: (value: unknown) => T): T;
}

export interface ArgEntry {
  readonly name: string;
  readonly input: GraphQLInputField;
  readonly value: Arg;
}

export type Args = ReadonlyMap<string, Arg>;

type Path = readonly [string, ...(string | number)[]];

/** Something about a variable that plans depend on. */
export interface StructuralValue {
  readonly path: Path;
  readonly of: (value: unknown) => unknown;
}
/** What of the variables plans depend on; filled by planning. */
export interface StructuralValues {
  readonly values: Map<string, StructuralValue>;
  /** Variables that are taken as they are, with whatever is in them. */
  readonly whole: Set<string>;
}

export const noStructure = (): StructuralValues => ({ values: new Map(), whole: new Set() });

const itself = (value: unknown): unknown => value;

/** Reads arguments of one operation and notes which variables its plan depends on by value. */
export class ArgumentReader {
  readonly #variables: Readonly<Record<string, unknown>>;
  /** What of the variables the plan depends on; grows while planning. */
  readonly #structural: StructuralValues;

  constructor(variables: Readonly<Record<string, unknown>>, structural: StructuralValues) {
    this.#variables = variables;
    this.#structural = structural;
  }

  /** Arguments given or defaulted, of those that `names` asks for; absent ones are not in the map. */
  of(field: GraphQLField<unknown, unknown>, node: FieldNode, names?: readonly string[]): Args {
    const args = new Map<string, Arg>();
    for (const definition of field.args) {
      if (names && !names.includes(definition.name)) continue;
      const given = node.arguments?.find((argument) => argument.name.value === definition.name);
      // Keys are values, also where they have several parts: no plan depends on how many there are.
      const value = given && (field.extensions.objectos?.kind === 'lookup' ? this.#whole(given.value, definition.type) : this.#fromNode(given.value, definition.type));
      const arg = value ?? defaultArg(definition);
      if (arg) args.set(definition.name, arg);
    }
    return args;
  }

  /** Value of a Boolean in `@skip(if:)` or `@include(if:)`. */
  condition(node: ValueNode): boolean {
    if (node.kind !== Kind.VARIABLE) return node.kind === Kind.BOOLEAN && node.value;
    this.#peek([node.name.value]);
    return this.#variables[node.name.value] === true;
  }

  #fromNode(node: ValueNode, type: GraphQLInputType): Arg | undefined {
    if (type instanceof GraphQLNonNull) return this.#fromNode(node, type.ofType as GraphQLInputType);
    if (node.kind === Kind.VARIABLE) {
      const name = node.name.value;
      return name in this.#variables ? this.#fromVariable([name], this.#variables[name], type) : undefined;
    }
    if (node.kind === Kind.NULL) return { kind: 'null' };
    if (isLeafOrLeafList(type)) return this.#leafFromNode(node, type);
    if (type instanceof GraphQLList) {
      const items = node.kind === Kind.LIST ? node.values : [node];
      return { kind: 'list', items: items.map((item) => this.#fromNode(item, type.ofType as GraphQLInputType) ?? { kind: 'null' }) };
    }
    if (!(type instanceof GraphQLInputObjectType) || node.kind !== Kind.OBJECT) throw new Error(`Unexpected value for ${String(type)}.`);
    const fields = type.getFields();
    const entries: ArgEntry[] = [];
    for (const { name, value } of node.fields) {
      const input = fields[name.value];
      const arg = input && this.#fromNode(value, input.type);
      if (input && arg) entries.push({ name: name.value, input, value: arg });
    }
    return { kind: 'object', entries: withDefaults(type, entries) };
  }

  #whole(node: ValueNode, type: GraphQLInputType): Arg {
    return node.kind === Kind.VARIABLE ? this.#leafFromVariable([node.name.value], this.#variables[node.name.value], type) : this.#leafFromNode(node, type);
  }

  #leafFromNode(node: ValueNode, type: GraphQLInputType): Arg {
    if (!holdsVariable(node)) {
      const value = stored(type, valueFromAST(node, type));
      return constantLeaf(value);
    }
    // A list literal with variables inside: every request reads it anew.
    const read = (variables: Readonly<Record<string, unknown>>) => stored(type, valueFromAST(node, type, variables));
    const peek = () => {
      for (const name of variablesIn(node)) this.#peek([name]);
      return read(this.#variables);
    };
    return { kind: 'leaf', operand: { value: (request) => read(request.variables) }, peek, trait: (_name, of) => of(peek()) };
  }

  #fromVariable(path: Path, value: unknown, type: GraphQLInputType): Arg {
    const inner = type instanceof GraphQLNonNull ? (type.ofType as GraphQLInputType) : type;
    if (value === null || value === undefined) return { kind: 'null' };
    if (isLeafOrLeafList(inner)) return this.#leafFromVariable(path, value, inner);
    if (inner instanceof GraphQLList) {
      const items = Array.isArray(value) ? value : [value];
      return { kind: 'list', items: items.map((item, index) => this.#fromVariable([...path, index], item, inner.ofType as GraphQLInputType)) };
    }
    if (!(inner instanceof GraphQLInputObjectType)) throw new Error(`Unexpected value for ${String(type)}.`);
    const given = value as Record<string, unknown>;
    const entries = Object.values(inner.getFields())
      .filter((input) => given[input.name] !== undefined)
      .map((input) => ({ name: input.name, input, value: this.#fromVariable([...path, input.name], given[input.name], input.type) }));
    return { kind: 'object', entries };
  }

  #leafFromVariable(path: Path, value: unknown, type: GraphQLInputType): LeafArg {
    const map = storedMap(type);
    const [name] = path;
    if (path.length === 1) this.#structural.whole.add(name);
    const read =
      path.length === 1
        ? (request: RequestContext) => request.variables[name]
        : (request: RequestContext) => valueAt(request.variables, path);
    return {
      kind: 'leaf',
      operand: { value: map ? (request) => map(read(request)) : read },
      peek: () => {
        this.#peek(path);
        return map ? map(value) : value;
      },
      trait: (trait, of) => {
        this.#structural.values.set(`${path.join('\u0000')} ${trait}`, { path, of });
        return of(value);
      },
    };
  }

  #peek(path: Path): void {
    this.#structural.values.set(path.join('\u0000'), { path, of: itself });
  }
}

/** What of the variables a plan depends on: which are null, the keys of objects, lengths of lists, and the structural values. */
export function variableShape(variables: Readonly<Record<string, unknown>>, { values, whole }: StructuralValues): string {
  let shape = '';
  for (const name in variables) shape += `${name}${whole.has(name) && variables[name] !== null ? '.' : shapeOf(variables[name])};`;
  for (const { path, of } of values.values()) shape += `=${JSON.stringify(of(valueAt(variables, path))) ?? ''}`;
  return shape;
}

function shapeOf(value: unknown): string {
  if (value === null) return '-';
  if (typeof value !== 'object') return '.';
  if (Array.isArray(value)) {
    // Lists of plain values are one bind parameter each; only lists of objects are part of the shape.
    return typeof value[0] === 'object' && value[0] !== null ? `[${value.map(shapeOf).join('')}]` : '.';
  }
  let shape = '{';
  for (const [key, item] of Object.entries(value)) if (item !== undefined) shape += `${key}${shapeOf(item)},`;
  return `${shape}}`;
}

function valueAt(variables: Readonly<Record<string, unknown>>, path: Path): unknown {
  let value: unknown = variables;
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  return value;
}

function defaultArg(definition: GraphQLArgument): Arg | undefined {
  if (definition.defaultValue === undefined) return undefined;
  if (definition.defaultValue === null) return { kind: 'null' };
  if (!isLeafOrLeafList(definition.type)) throw new Error(`Argument ${definition.name} may only have a plain default.`);
  return constantLeaf(stored(definition.type, definition.defaultValue));
}

function withDefaults(type: GraphQLInputObjectType, entries: ArgEntry[]): ArgEntry[] {
  for (const input of Object.values(type.getFields())) {
    if (input.defaultValue === undefined || entries.some((entry) => entry.name === input.name)) continue;
    entries.push({ name: input.name, input, value: constantLeaf(stored(input.type, input.defaultValue)) });
  }
  return entries;
}

function constantLeaf(value: unknown): LeafArg {
  return { kind: 'leaf', operand: constant(value), peek: () => value, trait: (_name, of) => of(value) };
}

function isLeafOrLeafList(type: GraphQLInputType): boolean {
  if (type instanceof GraphQLNonNull || type instanceof GraphQLList) return isLeafOrLeafList(type.ofType as GraphQLInputType);
  return isLeafType(type);
}

function holdsVariable(node: ValueNode): boolean {
  return variablesIn(node).length > 0;
}

function variablesIn(node: ValueNode): string[] {
  switch (node.kind) {
    case Kind.VARIABLE: return [node.name.value];
    case Kind.LIST: return node.values.flatMap(variablesIn);
    case Kind.OBJECT: return node.fields.flatMap((field) => variablesIn(field.value));
    default: return [];
  }
}

/** Enum values of the API → what they stand for (`TECH` → `tech`, `ANNUAL_REVENUE` → `annual_revenue`). */
const enumMeanings = new WeakMap<GraphQLEnumType, ReadonlyMap<unknown, unknown>>();

function storedMap(type: GraphQLInputType): ((value: unknown) => unknown) | undefined {
  if (type instanceof GraphQLNonNull) return storedMap(type.ofType as GraphQLInputType);
  if (type instanceof GraphQLList) {
    const item = storedMap(type.ofType as GraphQLInputType);
    return item && ((value) => (Array.isArray(value) ? value.map(item) : item(value)));
  }
  if (!(type instanceof GraphQLEnumType)) return undefined;
  let meanings = enumMeanings.get(type);
  if (!meanings) {
    meanings = new Map(type.getValues().map((value) => [value.value, value.extensions.objectos ?? value.value]));
    enumMeanings.set(type, meanings);
  }
  const known = meanings;
  return (value) => known.get(value) ?? value;
}

/** A value of the API as it is stored: options of selects by their meaning. */
export function stored(type: GraphQLInputType, value: unknown): unknown {
  const map = storedMap(type);
  return map && value !== null && value !== undefined ? map(value) : value;
}
