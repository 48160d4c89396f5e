import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CatalogReport, FileKind, KindDocument } from '../../../metadata/phase.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import * as z from 'zod';
import type { StateMachine } from './machine.ts';
import { readMachine, readMachines, type ReportMachine } from './read-machines.ts';
import { availableName } from './schema.ts';

/** `order_status.state.yml`: a machine beside its object. */
export const stateKind: FileKind = {
  suffix: 'state',
  description: 'A state machine of one field of an object.',
  schema: z.looseObject({ object: z.string().describe('Object whose records have the state.'), states: z.unknown() }),
};

/** Machines of all objects by object, from their definitions and from `*.state.yml` files. Mistakes are reported. */
export function readAllMachines(catalog: Catalog, report: CatalogReport, documents: readonly KindDocument[]): ReadonlyMap<string, readonly StateMachine[]> {
  const found = new Map<string, StateMachine[]>();
  for (const object of catalog.objects.values()) {
    const own = readMachines({ object, catalog, report: (severity, path, message, hint) => report(severity, object.name, path, message, hint) });
    if (own.length > 0) found.set(object.name, [...own]);
  }
  for (const document of documents) {
    const at: ReportMachine = (severity, path, message, hint) => document.report(severity, path, 'state', message, hint);
    const written = isRecord(document.value) ? String(document.value['object']) : '';
    const object = catalog.objects.get(resolveReference(written, catalog.objects) ?? '');
    if (!object) {
      at('error', ['object'], `there is no object "${written}"`, suggest(written, [...catalog.objects.keys()]));
      continue;
    }
    const machine = readMachine(document.value, undefined, [], { object, catalog, report: at });
    const others = found.get(object.name) ?? [];
    if (!machine) continue;
    if (others.some(({ field }) => field === machine.field)) at('error', [], `another state machine holds its state in ${machine.field.name}`, 'Keep one of them.');
    found.set(object.name, [...others, machine]);
  }
  for (const [name] of found) warnOfName(catalog.objects.get(name), report);
  return found;
}

function warnOfName(object: CatalogObject | undefined, report: CatalogReport): void {
  const taken = object && [...object.fields.values()].find(({ graphqlName }) => graphqlName === availableName);
  if (taken) report('error', `${taken.object}.${taken.name}`, [], `"${availableName}" is what the API calls the transitions of the record`, 'Rename the field.');
}
