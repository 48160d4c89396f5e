import { scalars } from './scalars.ts';
import { declareFilters } from './filters.ts';
import type { TypeRegistry } from './registry.ts';
import { typeOfRow } from './resolver.ts';
import type { EnumSpec, EnumValueSpec, OutputField } from './spec.ts';
import { dateRanges, dateUnits } from '../resolvers/filter/dates.ts';
import { sortOrders } from '../resolvers/read/order.ts';
import type { FieldSource } from '../resolvers/source.ts';

function enumOf(description: string, values: readonly string[] | Readonly<Record<string, EnumValueSpec>>): EnumSpec {
  return { kind: 'enum', description, values: Array.isArray(values) ? Object.fromEntries(values.map((value) => [value, {}])) : (values as Record<string, EnumValueSpec>) };
}

const enums: Readonly<Record<string, EnumSpec>> = {
  SortOrder: enumOf('Direction of a sort key. `ASC` puts records without a value last, `DESC` first.', sortOrders),
  TrashFilter: enumOf('What to do with deleted records that can be restored.', {
    EXCLUDE: { description: 'Leave them out.' }, INCLUDE: { description: 'Show them among the others.' }, ONLY: { description: 'Show nothing else.' },
  }),
  BulkMode: enumOf('What happens when some rows of a bulk write are refused.', {
    ATOMIC: { description: 'Nothing is written.' }, PARTIAL: { description: 'The others are written; `rows` reports each.' },
  }),
  ProblemSeverity: enumOf('How grave a problem is.', { ERROR: { description: 'The value was refused.' }, WARNING: {}, INFO: {} }),
  DateUnit: enumOf('Unit of time. Weeks begin on Monday.', dateUnits.filter((unit) => unit !== 'MINUTE')),
  DateRange: enumOf('A range of days relative to now, in UTC. Weeks begin on Monday; `LAST_7_DAYS` ends with today, `LAST_3_MONTHS` with the previous month.', dateRanges),
  FieldComparison: enumOf('Comparison of one field with another of the same record.', {
    EQ: { stands: 'eq' }, NE: { stands: 'ne' }, GT: { stands: 'gt' }, GTE: { stands: 'gte' }, LT: { stands: 'lt' }, LTE: { stands: 'lte' },
  }),
};

const of = (type: string, source: FieldSource, description?: string): OutputField => ({ type, source, description });

/** Types that every schema has, whatever its objects. Plugins may refer to all of them. */
export function declareSharedTypes(registry: TypeRegistry): void {
  const owner = 'the platform';
  for (const scalar of scalars) registry.declare(scalar.name, owner, () => ({ kind: 'scalar', scalar }));
  for (const [name, spec] of Object.entries(enums)) registry.declare(name, owner, () => spec);
  declareFilters(registry);
  registry.declare('DateSpan', owner, () => ({
    kind: 'input',
    description: 'A length of time: `{ count: 45, unit: DAY }`.',
    fields: () => ({ count: { type: 'Int!' }, unit: { type: 'DateUnit!' } }),
  }));
  registry.declare('Node', owner, () => ({
    kind: 'interface',
    description: 'A record with an id that no other record has, whatever its type.',
    resolveType: typeOfRow,
    fields: () => ({ id: of('ID!', { kind: 'field', field: 'id' }) }),
  }));
  registry.declare('PageInfo', owner, () => ({
    kind: 'object',
    role: 'shared',
    description: 'Where a page stands in its list.',
    fields: () => ({
      hasNextPage: of('Boolean!', { kind: 'pageInfo', part: 'hasNextPage' }),
      hasPreviousPage: of('Boolean!', { kind: 'pageInfo', part: 'hasPreviousPage' }),
      startCursor: of('String', { kind: 'pageInfo', part: 'startCursor' }),
      endCursor: of('String', { kind: 'pageInfo', part: 'endCursor' }),
    }),
  }));
  registry.declare('Problem', owner, () => ({
    kind: 'object',
    role: 'shared',
    description: 'One refused value of an input, or a warning about it.',
    fields: () => ({
      path: of('[String!]!', { kind: 'problem', part: 'path' }, 'Where the value stands, from the argument on.'),
      code: of('String!', { kind: 'problem', part: 'code' }),
      message: of('String!', { kind: 'problem', part: 'message' }),
      severity: of('ProblemSeverity!', { kind: 'problem', part: 'severity' }, 'Only an error stops a write.'),
      rule: of('String', { kind: 'problem', part: 'rule' }, 'Name of the validation rule that says so.'),
    }),
  }));
}
