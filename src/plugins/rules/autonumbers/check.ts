import type { Catalog } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CatalogReport } from '../../../metadata/phase.ts';
import { fieldsOf, parseNumberFormat } from './format.ts';

/** Fields that numbers are made from are there, hold one plain value, and are known before the record is written. */
export function checkAutonumbers(catalog: Catalog, report: CatalogReport): void {
  for (const object of catalog.objects.values()) {
    for (const field of object.fields.values()) {
      if (field.type.name !== 'autonumber') continue;
      for (const name of fieldsOf(parseNumberFormat(field))) {
        const used = object.fields.get(name);
        const refuse = (message: string, hint?: string): void => report('error', `${object.name}.${field.name}`, ['autonumberFormat'], message, hint);
        if (!used) refuse(`{${name}} is neither a part of a date nor a field of ${object.name}`, suggest(name, [...object.fields.keys()]));
        else if (used.column === undefined || used.type.computed || used.system) refuse(`{${name}} is not known before the record is written`, 'Use a field that its writer gives.');
        else if (used.type.confidential === true || used.internal) refuse(`{${name}} would be disclosed by the number`);
        else if (used.multiple || !plain.has(used.type.filters(used) ?? '')) refuse(`{${name}} is a ${used.type.name}, which has no short text`, 'Use a text, a select, a number or a date.');
      }
    }
  }
}

const plain: ReadonlySet<string> = new Set(['string', 'int', 'decimal', 'date', 'enum']);
