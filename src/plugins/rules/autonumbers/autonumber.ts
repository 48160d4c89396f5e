import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { fieldsOf, parseNumberFormat, renderPieces, type NumberFormat } from './format.ts';

/** An autonumber field and its counters. */
export interface Autonumber {
  readonly field: CatalogField;
  readonly column: string;
  /** In the table of counters: `quote.number`. */
  readonly name: string;
  readonly format: NumberFormat;
  /** The lookup to the organization, when each has counters of its own. */
  readonly organization: CatalogField | undefined;
  /** Names of the values that go along with a row. */
  readonly before: string;
  readonly after: string;
  readonly value: string;
}

/** The value beside a row that says whose counters it takes. */
export const organizationValue = '#organization';

/** A number is unique within its organization, unless the field says that it is so among all. */
export function autonumbersOf(object: CatalogObject): readonly Autonumber[] {
  const organization = object.organizationField === undefined ? undefined : object.fields.get(object.organizationField);
  return [...object.fields.values()]
    .filter(({ type }) => type.name === 'autonumber')
    .map((field, index) => ({
      field,
      column: field.column ?? field.name,
      name: `${field.object}.${field.name}`,
      format: parseNumberFormat(field),
      organization: field.definition['unique'] === 'global' ? undefined : organization,
      before: `#before${index}`,
      after: `#after${index}`,
      value: `#value${index}`,
    }));
}

type Values = Readonly<Record<string, unknown>>;

/** What stands around the counter in the number of a record that is made at `instant`. */
export function textsAround({ format, before, after, value }: Autonumber, record: Values, instant: Date, timeZone: string): Values {
  return { [before]: renderPieces(format.before, record, instant, timeZone), [after]: renderPieces(format.after, record, instant, timeZone), [value]: null };
}

/** Fields that the number is made from and that hold nothing. */
export function emptyInputs({ format }: Autonumber, record: Values): readonly string[] {
  return fieldsOf(format).filter((name) => record[name] === undefined || record[name] === null || record[name] === '');
}

/** Whose counters a record takes; empty for those that all share. */
export function organizationOf(numbers: readonly Autonumber[], record: Values): Values {
  const organization = numbers.find((number) => number.organization)?.organization;
  return organization ? { [organizationValue]: record[organization.name] ?? '' } : {};
}
