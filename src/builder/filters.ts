import type { FilterFamily, ScalarName } from '../metadata/field-type.ts';
import type { TypeRegistry } from './registry.ts';
import type { InputField, InputFields } from './spec.ts';

/** Operators whose operand has the type of the field. */
const operators = {
  eq: (type: string) => ({ type, description: 'Equal.' }),
  ne: (type: string) => ({ type, description: 'Not equal; records without a value match too.' }),
  in: (type: string) => ({ type: `[${type}!]`, description: 'One of these.' }),
  notIn: (type: string) => ({ type: `[${type}!]`, description: 'None of these; records without a value match too.' }),
  gt: (type: string) => ({ type, description: 'Greater.' }),
  gte: (type: string) => ({ type, description: 'Greater or equal.' }),
  lt: (type: string) => ({ type, description: 'Less.' }),
  lte: (type: string) => ({ type, description: 'Less or equal.' }),
  between: (type: string) => ({ type: `[${type}!]`, description: 'From the first to the second, both inclusive.' }),
  has: (type: string) => ({ type, description: 'The list has this value.' }),
  hasSome: (type: string) => ({ type: `[${type}!]`, description: 'The list has at least one of these.' }),
  hasEvery: (type: string) => ({ type: `[${type}!]`, description: 'The list has all of these.' }),
} as const;

const isNull: InputField = { type: 'Boolean', description: 'Whether there is no value.' };

const textOperators: InputFields = {
  contains: { type: 'String', description: 'Contains the text, case-sensitive.' },
  notContains: { type: 'String', description: 'Does not contain the text; records without a value match too.' },
  startsWith: { type: 'String', description: 'Begins with the text, case-sensitive.' },
  endsWith: { type: 'String', description: 'Ends with the text, case-sensitive.' },
  icontains: { type: 'String', description: 'Contains the text in any case.' },
  like: { type: 'String', description: 'Pattern over the whole text: `%` any characters, `_` one, backslash escapes. Case-sensitive.' },
  ilike: { type: 'String', description: 'As `like`, in any case.' },
};

const dateOperators: InputFields = {
  within: { type: 'DateRange', description: 'In this range.' },
  withinLast: { type: 'DateSpan', description: 'In the time that counts back from now.' },
  withinNext: { type: 'DateSpan', description: 'In the time that counts ahead from now.' },
};

function of(type: string, names: readonly (keyof typeof operators)[], more: InputFields = {}): InputFields {
  return { ...Object.fromEntries(names.map((name) => [name, operators[name](type)])), ...more, isNull };
}

const equality = ['eq', 'ne', 'in', 'notIn'] as const;
const ordered = [...equality, 'gt', 'gte', 'lt', 'lte', 'between'] as const;

export const enumFilter = (type: string): InputFields => of(type, equality);
export const enumListFilter = (type: string): InputFields => listFilter(type);

function listFilter(type: string): InputFields {
  return of(type, ['has', 'hasSome', 'hasEvery'], { isEmpty: { type: 'Boolean', description: 'Whether the list has no values.' } });
}

const sharedFilters: Readonly<Record<string, () => InputFields>> = {
  IDFilter: () => of('ID', equality),
  StringFilter: () => of('String', ordered, textOperators),
  IntFilter: () => of('Int', ordered),
  FloatFilter: () => of('Float', ordered),
  DecimalFilter: () => of('Decimal', ordered),
  BigIntFilter: () => of('BigInt', ordered),
  BooleanFilter: () => of('Boolean', ['eq', 'ne']),
  DateFilter: () => of('DateOrMacro', ordered, dateOperators),
  DateTimeFilter: () => of('DateTimeOrMacro', ordered, dateOperators),
  TimeFilter: () => of('Time', ordered),
  StringListFilter: () => listFilter('String'),
  JSONFilter: () => ({
    jsonContains: { type: 'JSON', description: 'Contains this JSON: its entries, or its list items.' },
    hasKey: { type: 'String', description: 'The object has this key.' },
    isNull,
  }),
};

const filterOfFamily: Readonly<Record<Exclude<FilterFamily, 'enum' | 'enumList'>, string>> = {
  id: 'IDFilter', string: 'StringFilter', int: 'IntFilter', float: 'FloatFilter', decimal: 'DecimalFilter', boolean: 'BooleanFilter',
  date: 'DateFilter', datetime: 'DateTimeFilter', time: 'TimeFilter', stringList: 'StringListFilter', json: 'JSONFilter',
};

/** `names` are those of the field's enum. */
export function filterTypeOf(family: FilterFamily, names: { readonly filter: string; readonly listFilter: string }): string {
  return family === 'enum' ? names.filter : family === 'enumList' ? names.listFilter : filterOfFamily[family];
}

const filterOfScalar: Partial<Record<string, string>> = {
  Int: 'IntFilter', Float: 'FloatFilter', Decimal: 'DecimalFilter', BigInt: 'BigIntFilter', Date: 'DateFilter', DateTime: 'DateTimeFilter', Time: 'TimeFilter',
} satisfies Partial<Record<ScalarName, string>>;

/** Filter on the result of an aggregate function. */
export function filterTypeOfScalar(scalar: string): string {
  return filterOfScalar[scalar] ?? 'StringFilter';
}

export function declareFilters(registry: TypeRegistry): void {
  for (const [name, fields] of Object.entries(sharedFilters)) {
    registry.declare(name, 'the platform', () => ({ kind: 'input', description: 'Conditions on one field; all must hold. `null` is refused: use `isNull`.', fields }));
  }
}
