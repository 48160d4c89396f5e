import { createHash } from 'node:crypto';
import type { ObjectNames } from './catalog.ts';
import { splitWords, toCamel, toPascal, toPlural, toSingular } from './words.ts';

/**
 * The one place where names of GraphQL types, fields, enum values, tables and columns are made. Everything else asks here,
 * so that a clash is found at load and a reader finds where a name comes from.
 */

/** What a machine name of an object or field looks like. */
export const machineName = /^[a-z_][a-z0-9_]*$/;

/** Objects of the platform carry this prefix; the API shows them without it: `sys_user` → `User`. */
export const platformPrefix = 'sys_';

/** `account` → `Account`, `account`, `accounts`. A word that is its own plural lists as `newsList`. */
export function objectNames(object: string): ObjectNames {
  const name = object.startsWith(platformPrefix) ? object.slice(platformPrefix.length) : object;
  const one = toCamel(name);
  const plural = toPlural(one);
  return { type: toPascal(name), one, many: plural === one ? `${one}List` : plural };
}

/** Root fields of Query, Mutation and Subscription by what they do. */
export function rootFieldNames({ type, one, many }: ObjectNames) {
  const types = many === `${one}List` ? `${type}List` : toPlural(type);
  return {
    one,
    many,
    aggregate: `${many}Aggregate`,
    groups: `${one}Groups`,
    create: `create${type}`,
    createMany: `create${types}`,
    update: `update${type}`,
    updateMany: `update${types}`,
    upsert: `upsert${type}`,
    upsertMany: `upsert${types}`,
    delete: `delete${type}`,
    deleteMany: `delete${types}`,
    restore: `restore${type}`,
    changes: `${one}Changes`,
    live: `${many}Live`,
  } as const;
}
export type RootFieldNames = ReturnType<typeof rootFieldNames>;

/** What a state machine adds to the API: `transitionOpportunityStage`, `OpportunityStageEvent`. */
export function stateMachineNames({ type }: ObjectNames, field: string) {
  return { mutation: `transition${type}${toPascal(field)}`, event: `${type}${toPascal(field)}Event` } as const;
}

/** Every type that belongs to an object, from the name of its own type. */
export function objectTypeNames(type: string) {
  return {
    type,
    connection: `${type}Connection`,
    edge: `${type}Edge`,
    where: `${type}Where`,
    toManyWhere: `${type}ToManyWhere`,
    aggregateWhere: `${type}AggregateWhere`,
    compare: `${type}Compare`,
    field: `${type}Field`,
    orderBy: `${type}OrderBy`,
    aggregate: `${type}Aggregate`,
    countDistinct: `${type}CountDistinct`,
    sum: `${type}Sum`,
    avg: `${type}Avg`,
    min: `${type}Min`,
    max: `${type}Max`,
    group: `${type}Group`,
    groupKey: `${type}GroupKey`,
    groupBy: `${type}GroupBy`,
    groupOrderBy: `${type}GroupOrderBy`,
    measureOrder: `${type}MeasureOrder`,
    having: `${type}Having`,
    countDistinctHaving: `${type}CountDistinctHaving`,
    sumHaving: `${type}SumHaving`,
    avgHaving: `${type}AvgHaving`,
    minHaving: `${type}MinHaving`,
    maxHaving: `${type}MaxHaving`,
    key: `${type}Key`,
    keyName: `${type}KeyName`,
    createInput: `${type}CreateInput`,
    updateInput: `${type}UpdateInput`,
    updateRow: `${type}UpdateRow`,
    upsertRow: `${type}UpsertRow`,
    toOneInput: `${type}ToOneInput`,
    toManyInput: `${type}ToManyInput`,
    payload: `${type}Payload`,
    bulkPayload: `${type}BulkPayload`,
    bulkRow: `${type}BulkRow`,
    historyField: `${type}HistoryField`,
    change: `${type}Change`,
    changeKind: `${type}ChangeKind`,
    live: `${type}Live`,
  } as const;
}
export type ObjectTypeNames = ReturnType<typeof objectTypeNames>;

/** Types made for one field: the enum of a select, the type and input of a composite. `owner` is the type that has the field. */
export function fieldTypeNames(owner: string, fieldName: string) {
  const type = `${owner}${toPascal(fieldName)}`;
  return { type, input: `${type}Input`, filter: `${type}Filter`, listFilter: `${type}ListFilter` } as const;
}

/** Input of a shared embedded type: `Address` → `AddressInput`. */
export function embeddedInputName(type: string): string {
  return `${type}Input`;
}

/** Input of a compound key: `AccountOrderAndSkuKey`. */
export function compoundKeyTypeName(type: string, keyName: string): string {
  return `${type}${toPascal(keyName)}Key`;
}

/** Fields that a to-many relation adds to its object, and the entry of the order input that counts it. */
export function relationFieldNames(relation: string) {
  const one = toSingular(relation);
  return {
    records: relation,
    aggregate: `${relation}Aggregate`,
    groups: `${one}Groups`,
    count: `${relation}Count`,
  } as const;
}

/** `annual_revenue` → `annualRevenue`. */
export function fieldName(field: string): string {
  return toCamel(field);
}

/** `account` and `account_id` → `account`; `reports_to` stays. */
function lookupBase(field: string): string {
  return field.length > 3 && field.endsWith('_id') ? field.slice(0, -3) : field;
}

/** `tags` and `tag_ids` → `tag`. */
function multipleBase(field: string): string {
  return toSingular(field.length > 4 && field.endsWith('_ids') ? field.slice(0, -4) : lookupBase(field));
}

export interface LookupNames {
  /** Relation: `account`, `categories`. */
  readonly relation: string;
  /** Scalar face: `accountId`, `categoryIds`. */
  readonly ids: string;
}

/** Both faces of a lookup. */
export function lookupNames(field: string, multiple: boolean): LookupNames {
  if (!multiple) {
    const base = toCamel(lookupBase(field));
    return { relation: base, ids: `${base}Id` };
  }
  const base = toCamel(multipleBase(field));
  return { relation: toPlural(base), ids: `${base}Ids` };
}

/** `ANNUAL_REVENUE`, `ACCOUNT_ID`: the field in enums of fields and keys. */
export function fieldEnumName(field: string, isLookup = false): string {
  return (isLookup ? `${lookupBase(field)}_id` : field).toUpperCase();
}

export interface ReverseLookup {
  /** The object that holds the lookup. */
  readonly child: string;
  readonly field: string;
  readonly parent: string;
  /** `relatedName` of the definition. */
  readonly relatedName?: string | undefined;
  /** Other lookups of the same child to the same parent exist and are not renamed. */
  readonly ambiguous: boolean;
}

/**
 * Name of the collection that a parent gets from a lookup: `relatedName`, else the plural of the child (`contacts`).
 * A lookup to its own object gives `children` when it names the parent, else `contactsByReportsTo`. Where a child has
 * several lookups to one parent, the one named like the parent keeps the plain name and the others say which they are:
 * `contactsByBillingAccount`; so a second lookup never renames the collection of the first.
 */
export function reverseName({ child, field, parent, relatedName, ambiguous }: ReverseLookup): string {
  if (relatedName !== undefined) return toCamel(relatedName);
  const base = lookupBase(field);
  const plural = toPlural(objectNames(child).one);
  if (child === parent) {
    return base === 'parent' || base === `parent_${child}` ? 'children' : `${plural}By${toPascal(base)}`;
  }
  const namedLikeParent = toCamel(base) === objectNames(parent).one || base === parent;
  return ambiguous && !namedLikeParent ? `${plural}By${toPascal(base)}` : plural;
}

const symbolWords: Readonly<Record<string, string>> = {
  '+': ' plus ', '&': ' and ', '%': ' percent ', '#': ' sharp ', '<': ' lt ', '>': ' gt ', '=': ' eq ', '*': ' star ', '≥': ' gte ', '≤': ' lte ',
};

/** `Active Customer` → `ACTIVE_CUSTOMER`, `500+` → `_500_PLUS`, `C#` → `C_SHARP`; letters outside ASCII become their code points. */
export function enumValueName(value: string): string {
  const spelt = value
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[+&%#<>=*≥≤]/g, (symbol) => symbolWords[symbol] ?? ' ')
    .replace(/-$/, ' minus ')
    .replace(/[^\x00-\x7f]/gu, (letter) => (/[\p{L}\p{N}]/u.test(letter) ? ` u${letter.codePointAt(0)?.toString(16) ?? ''} ` : ' '));
  const name = splitWords(spelt).join('_').toUpperCase();
  if (name === '') return '_';
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** A field of a key as its name shows it: a lookup by its relation, anything else by itself. */
export interface KeyPart {
  readonly field: string;
  readonly isLookup: boolean;
}

/** `email`; `orderAndSku` with `ORDER_AND_SKU`. A key of one lookup is named like its id field. */
export function keyNames(parts: readonly KeyPart[]): { readonly name: string; readonly enumName: string } {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return { name: only.isLookup ? lookupNames(only.field, false).ids : fieldName(only.field), enumName: fieldEnumName(only.field, only.isLookup) };
  }
  const bases = parts.map(({ field, isLookup }) => (isLookup ? lookupBase(field) : field));
  return { name: toCamel(bases.join('_and_')), enumName: bases.join('_and_').toUpperCase() };
}

/** `account` → table `account`. */
export function tableName(object: string): string {
  return sqlName(object);
}

/** Column of a lookup always ends in `_id`; of anything else it is the field. */
export function columnName(field: string, isLookup: boolean): string {
  return sqlName(isLookup ? `${lookupBase(field)}_id` : field);
}

/** Junction table of a `multiple: true` lookup: `article_tags_link`. */
export function linkTableName(table: string, field: string): string {
  return sqlName(`${table}_${field}_link`);
}

export function indexName(table: string, columns: readonly string[], unique: boolean): string {
  return sqlName(`${table}_${columns.join('_')}_${unique ? 'key' : 'idx'}`);
}

/** Of the rows that meet a condition: another condition makes another index. */
export function partialIndexName(table: string, columns: readonly string[], condition: string): string {
  return indexName(table, [...columns, createHash('sha256').update(condition).digest('hex').slice(0, 8)], false);
}

/** PostgreSQL cuts names after 63 bytes; a longer one is shortened with a hash, so that two never become one. */
export function sqlName(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, 54)}_${hash}`;
}

/** Types that exist without any object. */
export const reservedTypeNames: ReadonlySet<string> = new Set([
  'Query', 'Mutation', 'Subscription', 'Node', 'PageInfo', 'Metadata', 'Problem', 'TrashFilter', 'BulkMode', 'SortOrder', 'DateUnit', 'DateRange', 'DateSpan',
  'FieldComparison', 'ChangeKind', 'NodeChange', 'ChangeFeed',
  'ID', 'String', 'Int', 'Float', 'Boolean', 'Decimal', 'BigInt', 'Date', 'DateTime', 'Time', 'JSON', 'JSONObject', 'Email', 'URL', 'PhoneNumber', 'Upload', 'UUID',
  'DateOrMacro', 'DateTimeOrMacro', 'FieldSet',
  'IDFilter', 'StringFilter', 'IntFilter', 'FloatFilter', 'DecimalFilter', 'BigIntFilter', 'BooleanFilter', 'DateFilter', 'DateTimeFilter', 'TimeFilter', 'StringListFilter', 'JSONFilter',
  'MetadataObject', 'MetadataField', 'MetadataRelation', 'MetadataOption', 'MetadataKey',
]);

/** Root fields that exist without any object. */
export const reservedRootFields: ReadonlySet<string> = new Set(['node', 'nodes', 'metadata', 'query', 'me', 'changes', 'recordChanges', 'changesSince', '_entities', '_service']);

/** Entries that filters, keys and inputs have beside the fields of the object. */
export const reservedFieldNames: ReadonlySet<string> = new Set(['id', 'and', 'or', 'not', 'compare']);

export function isGraphqlName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !isGraphqlReserved(name);
}

/** Names that GraphQL keeps to itself. */
export function isGraphqlReserved(name: string): boolean {
  return name.startsWith('__');
}
