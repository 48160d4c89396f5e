/** A column as the printed schema describes it. */
export interface ColumnText {
  readonly name: string;
  /** PostgreSQL type: `numeric(18,2)`, `text[]`. */
  readonly pgType: string;
  readonly required: boolean;
  /** Argument of `@default`, as written. */
  readonly defaultValue: string | undefined;
  readonly line: number;
}

export interface TableText {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnText>;
  /** Line of `@@map`, or of the closing brace when there is none. */
  readonly mapLine: number;
  readonly mapped: boolean;
}

/**
 * What a schema text says of tables and columns, with the lines where it says so. Reads what `print-schema.ts` prints and
 * model blocks of the same one-line-a-field shape.
 */
export function parsePrismaSchema(text: string): ReadonlyMap<string, TableText> {
  const lines = text.split('\n');
  const models = new Set([...text.matchAll(/^model\s+(\w+)/gm)].map(([, name]) => name));
  const tables = new Map<string, TableText>();
  for (let at = 0; at < lines.length; at += 1) {
    const model = /^model\s+(\w+)\s*\{/.exec(lines[at] ?? '')?.[1];
    if (model === undefined) continue;
    const columns = new Map<string, ColumnText>();
    let name = model;
    let mapped = false;
    let mapLine = at;
    for (at += 1; at < lines.length && !/^\}/.test(lines[at] ?? ''); at += 1) {
      const line = lines[at] ?? '';
      const map = /^\s*@@map\("([^"]+)"\)/.exec(line)?.[1];
      if (map !== undefined) {
        name = map;
        mapped = true;
        mapLine = at;
      }
      const column = readColumn(line, at, models);
      if (column) columns.set(column.name, column);
    }
    tables.set(name, { name, columns, mapped, mapLine: mapped ? mapLine : at });
  }
  return tables;
}

const fieldLine = /^\s*([A-Za-z]\w*)\s+(Unsupported\("(?:[^"\\]|\\.)*"\)|\w+)(\[\])?(\?)?(?:\s+(.*))?$/;

function readColumn(line: string, at: number, models: ReadonlySet<string | undefined>): ColumnText | undefined {
  const match = fieldLine.exec(line);
  if (!match) return undefined;
  const [, field = '', type = '', list, optional, attributes = ''] = match;
  if (models.has(type)) return undefined;
  return {
    name: /@map\("([^"]+)"\)/.exec(attributes)?.[1] ?? field,
    pgType: `${pgTypeOf(type, attributes)}${list ?? ''}`,
    required: optional === undefined && list === undefined,
    defaultValue: defaultOf(attributes),
    line: at,
  };
}

function defaultOf(attributes: string): string | undefined {
  const start = attributes.indexOf('@default(');
  if (start < 0) return undefined;
  const from = start + '@default('.length;
  const inner = /^((?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^()"])*)\)/.exec(attributes.slice(from))?.[1];
  return inner;
}

/** The line without its default. */
export function withoutDefault(line: string): string {
  const value = defaultOf(line);
  return value === undefined ? line : line.replace(`@default(${value})`, '');
}

const plainTypes: Readonly<Record<string, string>> = {
  String: 'text', Boolean: 'boolean', Int: 'integer', BigInt: 'bigint', Float: 'double precision', Decimal: 'numeric(65,30)', DateTime: 'timestamp(3)', Json: 'jsonb', Bytes: 'bytea',
};
const nativeTypes: Readonly<Record<string, string>> = {
  Text: 'text', Uuid: 'uuid', VarChar: 'varchar', Char: 'char', Citext: 'citext', Inet: 'inet', Xml: 'xml', Integer: 'integer', SmallInt: 'smallint', BigInt: 'bigint', Oid: 'oid',
  DoublePrecision: 'double precision', Real: 'real', Decimal: 'numeric', Money: 'money', Timestamp: 'timestamp', Timestamptz: 'timestamptz', Date: 'date', Time: 'time', Timetz: 'timetz',
  Json: 'json', JsonB: 'jsonb', ByteA: 'bytea', Boolean: 'boolean', Bit: 'bit', VarBit: 'varbit',
};

function pgTypeOf(type: string, attributes: string): string {
  const unsupported = /^Unsupported\("(.*)"\)$/.exec(type)?.[1];
  if (unsupported !== undefined) return unsupported;
  const native = /@db\.(\w+)(?:\(([^)]*)\))?/.exec(attributes);
  if (!native) return plainTypes[type] ?? type;
  const [, name = '', sizes] = native;
  return `${nativeTypes[name] ?? name.toLowerCase()}${sizes === undefined ? '' : `(${sizes.replaceAll(' ', '')})`}`;
}
