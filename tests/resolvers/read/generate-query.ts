import fc from '../../support/fast-check.ts';
import {
  getNamedType, getNullableType, isEnumType, isInputObjectType, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType,
  type GraphQLArgument, type GraphQLField, type GraphQLInputType, type GraphQLNamedType, type GraphQLObjectType, type GraphQLSchema,
} from 'graphql';

/** Where generation goes deep it goes thin: fields chosen per selection set by depth. */
const breadth = [3, 4, 3, 2, 2];

export interface GeneratedQuery {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Any query the schema allows, up to a depth: fields, aliases, fragments, directives, arguments as literals or variables.
 */
export function generatedQueries(schema: GraphQLSchema, roots: readonly string[]): fc.Arbitrary<GeneratedQuery> {
  const query = schema.getQueryType() as GraphQLObjectType;
  return fc.tuple(fc.uniqueArray(fc.constantFrom(...roots), { minLength: 1, maxLength: 2 }), fc.infiniteStream(fc.nat({ max: 1_000_003 }))).map(([names, numbers]) => {
    const writer = new QueryWriter(schema, () => numbers.next().value as number);
    const fields = names.map((name) => writer.field(query.getFields()[name] as GraphQLField<unknown, unknown>, 0)).join(' ');
    return writer.operation(fields);
  });
}

class QueryWriter {
  readonly #schema: GraphQLSchema;
  readonly #next: () => number;
  readonly #variables = new Map<string, { type: string; value: unknown }>();
  readonly #fragments: string[] = [];
  #aliases = 0;

  constructor(schema: GraphQLSchema, next: () => number) {
    this.#schema = schema;
    this.#next = next;
  }

  operation(selection: string): GeneratedQuery {
    const definitions = [...this.#variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ');
    return {
      document: `query${definitions === '' ? '' : `(${definitions})`} { ${selection} } ${this.#fragments.join(' ')}`,
      variables: Object.fromEntries([...this.#variables].map(([name, { value }]) => [name, value])),
    };
  }

  field(field: GraphQLField<unknown, unknown>, depth: number): string {
    this.#aliases += 1;
    const given = field.args.flatMap((argument) => this.#argument(field, argument));
    const args = given.length === 0 ? '' : `(${given.join(', ')})`;
    const type = getNamedType(field.type);
    const selection = isLeafType(type) ? '' : ` { ${this.#selection(type, depth + 1)} }`;
    return `f${this.#aliases}: ${field.name}${args}${this.#directive()}${selection}`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    if (!isObjectType(type)) {
      const possible = isInterfaceType(type) ? this.#schema.getPossibleTypes(type).slice(0, 3) : [];
      return ['__typename', ...possible.map((other) => `... on ${other.name} { ${this.#fields(other, depth)} }`)].join(' ');
    }
    const selection = this.#fields(type, depth);
    if (this.#chance(6)) {
      const name = `P${this.#fragments.length}`;
      this.#fragments.push(`fragment ${name} on ${type.name} { ${selection} }`);
      return `...${name}`;
    }
    return this.#chance(8) ? `... on ${type.name} { ${selection} } __typename` : selection;
  }

  #fields(type: GraphQLObjectType, depth: number): string {
    const all = Object.values(type.getFields());
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)));
    const pool = depth < breadth.length ? all : leaves;
    if (pool.length === 0) return '__typename';
    const count = 1 + (this.#next() % (breadth[depth] ?? 2));
    return Array.from({ length: count }, () => this.field(pool[this.#next() % pool.length] as GraphQLField<unknown, unknown>, depth)).join(' ');
  }

  #directive(): string {
    if (!this.#chance(12)) return '';
    const condition = this.#chance(2) ? String(this.#chance(2)) : `$${this.#variable('Boolean!', this.#chance(2))}`;
    return ` @${this.#chance(2) ? 'skip' : 'include'}(if: ${condition})`;
  }

  #argument(field: GraphQLField<unknown, unknown>, argument: GraphQLArgument): string[] {
    const required = isNonNullType(argument.type);
    const paging = field.args.some(({ name }) => name === 'after');
    // Cursors come from answers; both ends at once are refused.
    if (['after', 'before', 'idempotencyKey'].includes(argument.name)) return [];
    if (paging && argument.name === 'last') return [];
    if (!required && !(argument.name === 'first' || this.#chance(3))) return [];
    if (argument.name === 'id') return [`id: "018f0000-0000-7000-8000-000000000000"`];
    if (argument.name === 'by' && !required && field.args.some(({ name }) => name === 'id')) return [];
    const value = this.#value(argument.type, argument.name, 0);
    if (value === undefined) return [];
    if (this.#chance(3)) return [`${argument.name}: $${this.#variable(String(argument.type), value)}`];
    return [`${argument.name}: ${print(value, argument.type)}`];
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#variables.size}`;
    this.#variables.set(name, { type, value });
    return name;
  }

  #value(type: GraphQLInputType, name: string, depth: number): unknown {
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const size = name === 'between' ? 2 : 1 + (this.#next() % 2);
      return Array.from({ length: size }, () => this.#value(nullable.ofType as GraphQLInputType, name, depth)).filter((value) => value !== undefined);
    }
    if (isEnumType(nullable)) {
      const values = nullable.getValues();
      return values[this.#next() % values.length]?.name;
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => depth < 3 || isLeafType(getNamedType(field.type)) || isNonNullType(field.type));
      const required = fields.filter((field) => isNonNullType(field.type));
      const chosen = required.length > 0 ? required : [fields[this.#next() % Math.max(fields.length, 1)]];
      if (!nullable.isOneOf && required.length === 0 && this.#chance(3)) chosen.push(fields[this.#next() % Math.max(fields.length, 1)]);
      const entries = chosen.flatMap((field) => (field ? [[field.name, this.#value(field.type, field.name, depth + 1)] as const] : []));
      return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
    }
    return this.#scalar(getNamedType(nullable).name, name);
  }

  #scalar(type: string, name: string): unknown {
    const pick = <T>(...values: readonly T[]): T => values[this.#next() % values.length] as T;
    switch (type) {
      case 'Boolean': return pick(true, false);
      case 'Int': return name === 'first' ? pick(0, 1, 3, 10) : name === 'offset' ? pick(0, 2) : pick(0, 1, 2, 5, 100);
      case 'Float': return pick(0, 0.5, 3, 75);
      case 'BigInt': return pick('0', '7', '5000');
      case 'Decimal': return pick('0', '0.10', '1000', '250000.00');
      case 'ID': return pick('018f0000-0000-7000-8000-000000000000', 'not-a-uuid');
      case 'Date': case 'DateOrMacro': return pick('2026-03-01', ...(type === 'Date' ? [] : ['{today}', '{30_days_ago}']));
      case 'DateTime': case 'DateTimeOrMacro': return pick('2026-03-01T10:00:00.000Z', ...(type === 'DateTime' ? [] : ['{now}', '{current_year_start}']));
      case 'Time': return pick('09:00:00.000', '17:30:00.000');
      case 'JSON': case 'JSONObject': return pick<unknown>({ a: 1 }, {});
      case '_Any': return pick<unknown>({ __typename: 'Account', accountNumber: pick('ACC-0001', 'ACC-0002', 'none') }, { __typename: 'Contact', id: 'not-a-uuid' }, { __typename: 'Product', sku: 'none' }, { __typename: 'Account' }, { __typename: 'Nothing', id: '1' });
      case 'Email': return 'someone@example.com';
      case 'URL': return 'https://example.com/';
      case 'PhoneNumber': return '+49 30 1234567';
      default: return pick('a', 'E', 'on', 'Sales', '%', 'gmbh', '2026');
    }
  }

  #chance(oneIn: number): boolean {
    return this.#next() % oneIn === 0;
  }
}

/** A value as GraphQL writes it: enum names bare, keys unquoted. */
function print(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (Array.isArray(value)) return `[${value.map((item) => print(item, isListType(nullable) ? (nullable.ofType as GraphQLInputType) : nullable)).join(', ')}]`;
  if (isEnumType(nullable)) return String(value);
  if (isInputObjectType(nullable)) {
    const entries = Object.entries(value as Record<string, unknown>);
    return `{ ${entries.map(([key, item]) => `${key}: ${print(item, (nullable.getFields()[key] as { type: GraphQLInputType }).type)}`).join(', ')} }`;
  }
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${JSON.stringify(item)}`).join(', ')} }`;
  return JSON.stringify(value);
}
