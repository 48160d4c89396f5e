import { quoteName } from '../listener.ts';

/**
 * A function of the session that tells whether a text is a value of a type, and that same value when it is a number: a cast
 * that would round counts as one that does not fit.
 */
export const fitsFunction = `CREATE OR REPLACE FUNCTION pg_temp.objectos_fits(value text, kind text, exact boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE result boolean;
BEGIN
  IF value IS NULL THEN RETURN true; END IF;
  IF exact THEN EXECUTE format('SELECT %L::%s::numeric = %L::numeric', value, kind, value) INTO result;
  ELSE EXECUTE format('SELECT %L::%s IS NOT NULL', value, kind) INTO result; END IF;
  RETURN result;
EXCEPTION WHEN data_exception OR numeric_value_out_of_range THEN RETURN false;
END $$`;

export interface Cast {
  /** SQL of the converted column. */
  readonly using: string;
  /** SQL that is true for rows whose value survives the conversion; undefined when every value does. */
  readonly fits: string | undefined;
}

const isNumber = (type: string): boolean => /^(numeric|integer|bigint|smallint|double precision|real)/.test(type);
const isText = (type: string): boolean => /^(text|varchar|char|citext)/.test(type) && !type.endsWith('[]');

/** How values of one type become values of another without losing anything. */
export function castColumn(name: string, from: string, to: string): Cast {
  const column = quoteName(name);
  const item = (type: string): string => type.slice(0, -2);
  if (from.endsWith('[]') && to.endsWith('[]')) {
    const fits = isText(item(to)) ? undefined : `(SELECT coalesce(bool_and(pg_temp.objectos_fits(item::text, '${item(to)}', ${isNumber(item(from)) && isNumber(item(to))})), true) FROM unnest(${column}) AS item)`;
    return { using: `${column}::text[]::${to}`, fits };
  }
  if (to.endsWith('[]')) {
    const inner = castValue(column, from, item(to));
    return { using: `CASE WHEN ${column} IS NULL THEN NULL ELSE ARRAY[${inner.using}]::${to} END`, fits: inner.fits };
  }
  if (from.endsWith('[]')) {
    if (to === 'jsonb') return { using: `to_jsonb(${column})`, fits: undefined };
    const inner = castValue(`${column}[1]`, item(from), to);
    return { using: inner.using, fits: `(coalesce(cardinality(${column}), 0) <= 1${inner.fits === undefined ? '' : ` AND ${inner.fits}`})` };
  }
  return castValue(column, from, to);
}

function castValue(value: string, from: string, to: string): Cast {
  if (to === 'jsonb') return { using: from === 'json' ? `${value}::jsonb` : `to_jsonb(${value})`, fits: undefined };
  if (from === 'boolean' && isNumber(to)) return { using: `${value}::integer::${to}`, fits: undefined };
  const plain = /^jsonb?$/.test(from) ? `(${value} #>> '{}')` : `${value}::text`;
  if (to === 'text') return { using: plain, fits: undefined };
  if (isNumber(from) && to === 'boolean') return { using: `${value} <> 0`, fits: `${value} IN (0, 1)` };
  if (/^timestamp/.test(from) && to === 'date') return { using: `${value}::date`, fits: `${value}::date::${from} = ${value}` };
  if (isText(from) && isText(to)) return { using: `${value}::${to}`, fits: `${value}::${to}::text = ${value}::text` };
  const source = isText(from) || /^jsonb?$/.test(from) ? `nullif(btrim(${plain}), '')` : plain;
  const exact = isNumber(to) && isNumber(from);
  return { using: `${source}::${to}`, fits: `pg_temp.objectos_fits(${source}, '${to}', ${exact})` };
}
