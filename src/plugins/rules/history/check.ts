import type { Catalog } from '../../../metadata/catalog.ts';
import type { CatalogReport } from '../../../metadata/phase.ts';
import { isWritten, trackedFields } from './tracked-fields.ts';

/** The field of records that holds their history. */
export const historyName = 'history';

/** Fields that say `trackHistory` change by writes, and the name of the history is free. */
export function checkHistory(catalog: Catalog, report: CatalogReport): void {
  for (const object of catalog.objects.values()) {
    for (const field of object.fields.values()) {
      const subject = `${object.name}.${field.name}`;
      if (field.definition['trackHistory'] === true && !isWritten(field)) report('warning', subject, ['trackHistory'], 'the value is computed when it is read: it has no history of its own', 'Track the fields that it is computed from.');
    }
    if (trackedFields(object).length === 0 || !object.methods.has('history')) continue;
    const taken = [...object.fields.values()].find(({ graphqlName }) => graphqlName === historyName)?.name ?? (object.relations.has(historyName) ? historyName : undefined);
    const hint = 'Rename it, or leave "history" out of enable.apiMethods.';
    if (taken !== undefined) report('error', object.fields.has(taken) ? `${object.name}.${taken}` : object.name, [], `"${historyName}" is what the API calls the history of the record`, hint);
  }
}
