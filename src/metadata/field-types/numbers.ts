import { Decimal } from 'decimal.js';
import type { CatalogField } from '../catalog.ts';
import type { Coerced, ColumnShape, FieldReport, FilterFamily, GraphqlShape } from '../field-type.ts';
import { bigintColumn, decimalColumn, doubleColumn, integerColumn, numericColumn } from './columns.ts';
import { numberKey } from './definition.ts';
import { accept, refuse, shown, wrongType } from './problem.ts';

/** Exact arithmetic for any number of digits that a definition may ask for. */
const Exact = Decimal.clone({ precision: 2000, toExpNeg: -10_000, toExpPos: 10_000 });

/** How a number is kept. `digits` and `scale` limit numeric values; without scale any number of decimals fits. */
export type NumberStorage =
  | { readonly kind: 'integer' | 'bigint' | 'double' }
  | { readonly kind: 'numeric'; readonly digits: number | undefined; readonly scale: number | undefined };

const maxInteger = 2_147_483_647;
/** PostgreSQL's avg() adds squares: a greater value could be stored, and would make every average over it fail. */
const maxDouble = 1e150;
const maxBigint = new Exact('9223372036854775807');
const minBigint = new Exact('-9223372036854775808');

/** Decimals as declared: `scale`, or a `precision` up to 10 that stands alone. */
export function declaredScale(field: CatalogField): number | undefined {
  const scale = numberKey(field, 'scale');
  if (scale !== undefined) return scale;
  const precision = numberKey(field, 'precision');
  return precision !== undefined && precision <= 10 ? precision : undefined;
}

/** Total digits as declared: `precision` beside `scale`, or one above 10. */
export function declaredDigits(field: CatalogField): number | undefined {
  const precision = numberKey(field, 'precision');
  if (precision === undefined) return undefined;
  return numberKey(field, 'scale') !== undefined || precision > 10 ? precision : undefined;
}

/** Room for 18 digits, or for 12 before the point when many decimals are asked for. */
export function numericStorage(digits: number | undefined, scale: number): NumberStorage {
  return { kind: 'numeric', digits: digits ?? Math.max(18, scale + 12), scale };
}

export function numberStorage(field: CatalogField): NumberStorage {
  const scale = declaredScale(field);
  const digits = declaredDigits(field);
  if (scale === undefined) return digits !== undefined && digits > 15 ? { kind: 'numeric', digits, scale: undefined } : { kind: 'double' };
  if (scale > 0) return numericStorage(digits, scale);
  if (digits !== undefined && digits > 18) return { kind: 'numeric', digits, scale: 0 };
  const min = numberKey(field, 'min') ?? 0;
  const max = numberKey(field, 'max') ?? 0;
  const large = (digits !== undefined && digits > 9) || max > maxInteger || min < -maxInteger - 1;
  return { kind: large ? 'bigint' : 'integer' };
}

export function numberColumn(storage: NumberStorage): ColumnShape {
  switch (storage.kind) {
    case 'integer':
      return integerColumn;
    case 'bigint':
      return bigintColumn;
    case 'double':
      return doubleColumn;
    case 'numeric':
      return storage.digits === undefined || storage.scale === undefined ? decimalColumn : numericColumn(storage.digits, storage.scale);
  }
}

export function numberGraphql(storage: NumberStorage): GraphqlShape {
  return { kind: 'scalar', scalar: ({ integer: 'Int', bigint: 'BigInt', double: 'Float', numeric: 'Decimal' } as const)[storage.kind] };
}

export function numberFilters(storage: NumberStorage): FilterFamily {
  return ({ integer: 'int', bigint: 'decimal', double: 'float', numeric: 'decimal' } as const)[storage.kind];
}

/** Exact types leave as text, so that no reader of JSON rounds them. */
export function numberJson(sql: string, storage: NumberStorage): string {
  return storage.kind === 'bigint' || storage.kind === 'numeric' ? `${sql}::text` : sql;
}

const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i;

/** A finite number given as number, bigint or text. */
export function parseNumber(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? new Exact(value) : undefined;
  if (typeof value === 'bigint') return new Exact(value.toString());
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text.length <= 1100 && numberText.test(text) ? new Exact(text) : undefined;
}

/** A number that fits its storage and lies within `limits`; never rounded. */
export function coerceNumber(value: unknown, storage: NumberStorage, limits: NumberLimits): Coerced {
  const simple = simplyStored(value, storage, limits);
  if (simple !== undefined) return accept(simple);
  const number = parseNumber(value);
  if (number === undefined) return wrongType('a number', value);
  const whole = storage.kind === 'integer' || storage.kind === 'bigint' || (storage.kind === 'numeric' && storage.scale === 0);
  if (whole && !number.isInteger()) return refuse('TOO_PRECISE', `Expected a whole number, found ${shown(value)}.`);
  if (storage.kind === 'numeric' && storage.scale !== undefined && number.decimalPlaces() > storage.scale) {
    return refuse('TOO_PRECISE', `At most ${storage.scale} decimals are accepted, found ${shown(value)}.`);
  }
  const { min, max, step } = limits;
  if (min !== undefined && number.lt(min)) return refuse('OUT_OF_RANGE', `The least accepted value is ${min}, found ${shown(value)}.`);
  if (max !== undefined && number.gt(max)) return refuse('OUT_OF_RANGE', `The greatest accepted value is ${max}, found ${shown(value)}.`);
  if (step !== undefined && !number.minus(min ?? 0).mod(step).isZero()) {
    return refuse('NOT_A_STEP', `Values go in steps of ${step}${min === undefined ? '' : ` from ${min}`}, found ${shown(value)}.`);
  }
  return fit(number, value, storage);
}

const plainDigits = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/;

/** The stored form of most numbers, for which no arithmetic is needed; undefined for all others. */
function simplyStored(value: unknown, storage: NumberStorage, { min, max, step }: NumberLimits): number | string | undefined {
  if (min !== undefined || max !== undefined || step !== undefined) return undefined;
  if (storage.kind === 'integer') return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= maxInteger ? zero(value) : undefined;
  if (storage.kind !== 'numeric' || storage.digits === undefined || storage.scale === undefined || typeof value !== 'string') return undefined;
  const [match, whole = '', decimals = ''] = plainDigits.exec(value) ?? [];
  if (match === undefined || whole === '0' || whole.length > storage.digits - storage.scale || decimals.length > storage.scale) return undefined;
  const start = match.startsWith('-') ? `-${whole}` : whole;
  return storage.scale === 0 ? start : `${start}.${decimals.padEnd(storage.scale, '0')}`;
}

export interface NumberLimits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
}

export function limitsOf(field: CatalogField): NumberLimits {
  return { min: numberKey(field, 'min'), max: numberKey(field, 'max'), step: numberKey(field, 'step') };
}

function fit(number: Decimal, value: unknown, storage: NumberStorage): Coerced {
  switch (storage.kind) {
    case 'integer':
      if (number.abs().gt(maxInteger) && !number.eq(-maxInteger - 1)) return refuse('OUT_OF_RANGE', `Whole numbers go from -2147483648 to 2147483647, found ${shown(value)}.`);
      return accept(zero(number.toNumber()));
    case 'bigint':
      if (number.gt(maxBigint) || number.lt(minBigint)) return refuse('OUT_OF_RANGE', `Whole numbers have at most 64 bits, found ${shown(value)}.`);
      return accept(plain(number, 0));
    case 'double': {
      const double = number.toNumber();
      if (Math.abs(double) > maxDouble) return refuse('OUT_OF_RANGE', `Numbers go up to ${maxDouble}, found ${shown(value)}.`);
      // A text may hold more digits than a double can; one that does not come back the same would be rounded silently.
      if (typeof value !== 'number' && !new Exact(double).eq(number)) return refuse('TOO_PRECISE', `About 15 digits are kept, found ${shown(value)}.`);
      return accept(zero(double));
    }
    case 'numeric': {
      const { digits, scale } = storage;
      if (digits !== undefined && scale !== undefined && number.abs().gte(new Exact(10).pow(digits - scale))) {
        return refuse('OUT_OF_RANGE', `At most ${digits - scale} digits before the point are accepted, found ${shown(value)}.`);
      }
      if (digits !== undefined && scale === undefined && number.precision(true) > digits) {
        return refuse('TOO_PRECISE', `At most ${digits} digits are accepted, found ${shown(value)}.`);
      }
      return accept(plain(number, scale));
    }
  }
}

/** Without minus zero, which JSON and SQL print differently. */
function zero(number: number): number {
  return number === 0 ? 0 : number;
}

function plain(number: Decimal, scale: number | undefined): string {
  const value = number.isZero() ? number.abs() : number;
  return scale === undefined ? value.toFixed() : value.toFixed(scale);
}

/** Ranges that hold no value, and digits that cannot be stored. */
export function checkNumber(field: CatalogField, report: FieldReport): void {
  const { min, max, step } = limitsOf(field);
  if (min !== undefined && max !== undefined && min > max) report('min', `min ${min} is greater than max ${max}`);
  if (step !== undefined && min !== undefined && max !== undefined && min <= max && step > max - min) report('step', `step ${step} is greater than the range from ${min} to ${max}`);
  const digits = declaredDigits(field);
  const scale = declaredScale(field);
  if (digits !== undefined && scale !== undefined && scale > digits) report('scale', `scale ${scale} is greater than precision ${digits}`, 'precision counts all digits, scale those after the point.');
  if (scale === 0 && min !== undefined && max !== undefined && Math.ceil(min) > Math.floor(max)) report('min', `no whole number lies between ${min} and ${max}`);
}
