import type { CatalogField, CatalogLink, DeleteBehavior } from '../catalog.ts';
import { suggest } from '../nearest.ts';
import { isGraphqlName, linkTableName, lookupNames, reverseName } from '../naming.ts';
import type { Part } from '../part.ts';
import type { Report } from '../report.ts';
import { toCamel } from '../words.ts';
import type { LinkedReference, Mutable, ObjectBuild } from './build.ts';
import { text } from './link-fields.ts';
import { resolveReference } from './resolve-reference.ts';

/** The object of people, which user fields lead to. */
export const userObject = 'sys_user';

/** Resolves every lookup to its object and puts the relation on both sides. Answers the references in a stable order. */
export function linkRelations(builds: ReadonlyMap<string, ObjectBuild>, report: Report): readonly LinkedReference[] {
  const references = [...builds.values()].flatMap((object) =>
    [...object.fields.values()].flatMap((field) => {
      const draft = object.drafts.get(field.name);
      if (!draft || field.type.graphql(field).kind !== 'relation') return [];
      const linked = linkReference(object, field, draft.part, builds, report);
      return linked ? [linked] : [];
    }),
  );
  for (const reference of references) addOwnSide(reference);
  const ambiguous = countPairs(references);
  for (const reference of references) addOtherSide(reference, (ambiguous.get(pairOf(reference)) ?? 0) > 1);
  return references;
}

function linkReference(object: ObjectBuild, field: Mutable<CatalogField>, part: Part, builds: ReadonlyMap<string, ObjectBuild>, report: Report): LinkedReference | undefined {
  const subject = `${object.name}.${field.name}`;
  const fixed = field.type.name === 'user' ? userObject : undefined;
  const written = fixed ?? text(part.value['reference']) ?? (field.type.name === 'tree' ? object.name : undefined);
  if (written === undefined) {
    report.error(part, ['reference'], subject, `a ${field.type.name} needs "reference", the object that it points to`, 'Write reference: account.');
    return undefined;
  }
  const name = resolveReference(written, builds);
  const target = name === undefined ? undefined : builds.get(name);
  if (!target) {
    const message = fixed === undefined ? `there is no object "${written}" to point to` : `a ${field.type.name} points to the object "${userObject}", which nothing brings`;
    report.error(part, [fixed === undefined ? 'reference' : 'type'], subject, message, fixed === undefined ? suggest(written, [...builds.keys()]) : 'Use the identity plugin, or define the object.');
    return undefined;
  }
  const related = text(part.value['relatedName']);
  if (related !== undefined && !isGraphqlName(toCamel(related))) report.error(part, ['relatedName'], subject, `"${related}" cannot name a collection: letters, digits and underscores, no digit first`);
  const onDelete = deleteBehavior(field, part);
  field.reference = { object: target.name, onDelete };
  if (!field.multiple) return { object, field, target, link: undefined };
  const link: CatalogLink = { table: linkTableName(object.table, field.name), object: object.name, field: field.name, target: target.name, onDelete };
  return { object, field, target, link };
}

/** A list of references never goes with one of its records: the entry is removed (`cascade` of the link), or the deletion refused. */
function deleteBehavior(field: CatalogField, part: Part): DeleteBehavior {
  const written = part.value['deleteBehavior'] as DeleteBehavior | undefined;
  if (field.multiple) return written === 'restrict' ? 'restrict' : 'cascade';
  if (written !== undefined) return written;
  if (field.type.name === 'master_detail') return 'cascade';
  return field.required ? 'restrict' : 'set_null';
}

function addOwnSide({ object, field, target, link }: LinkedReference): void {
  const { relation: name } = lookupNames(field.name, field.multiple);
  if (link) object.relations.set(name, { kind: 'link', name, target: target.name, link, from: 'source', label: field.label });
  else if (field.column !== undefined) object.relations.set(name, { kind: 'one', name, target: target.name, field: field.name, column: field.column, label: field.label });
}

function pairOf({ object, target }: LinkedReference): string {
  return `${object.name}>${target.name}`;
}

/** How many lookups between the same two objects have no name of their own for the other side. */
function countPairs(references: readonly LinkedReference[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const reference of references) {
    if (relatedName(reference) === undefined) counts.set(pairOf(reference), (counts.get(pairOf(reference)) ?? 0) + 1);
  }
  return counts;
}

function relatedName({ object, field }: LinkedReference): string | undefined {
  return text(object.drafts.get(field.name)?.part.value['relatedName']);
}

/** Name of the collection that the target gets. */
export function otherSideName(reference: LinkedReference, ambiguous: boolean): string {
  return reverseName({ child: reference.object.name, field: reference.field.name, parent: reference.target.name, relatedName: relatedName(reference), ambiguous });
}

function addOtherSide(reference: LinkedReference, ambiguous: boolean): void {
  const { object, field, target, link } = reference;
  const name = otherSideName(reference, ambiguous);
  const key = target.relations.has(name) ? `${name} of ${object.name}.${field.name}` : name;
  const label = text(object.drafts.get(field.name)?.part.value['relatedListTitle']) ?? object.pluralLabel;
  if (link) target.relations.set(key, { kind: 'link', name, target: object.name, link, from: 'target', label });
  else if (field.column !== undefined) {
    target.relations.set(key, { kind: 'many', name, target: object.name, targetField: field.name, targetColumn: field.column, master: field.type.name === 'master_detail', label });
  }
}

/** A record cannot be part of something that is part of it. */
export function checkMasterCycles(references: readonly LinkedReference[], report: Report): void {
  const masters = new Map<string, LinkedReference[]>();
  for (const reference of references) {
    if (reference.field.type.name !== 'master_detail') continue;
    masters.set(reference.object.name, [...(masters.get(reference.object.name) ?? []), reference]);
  }
  const done = new Set<string>();
  const visit = (name: string, path: readonly LinkedReference[]): void => {
    if (done.has(name)) return;
    for (const reference of masters.get(name) ?? []) {
      const start = path.findIndex(({ object }) => object.name === reference.target.name);
      const whole = [...path, reference];
      if (reference.target.name === name || start >= 0) reportCycle(whole.slice(start >= 0 ? start : -1), report);
      else visit(reference.target.name, whole);
    }
    done.add(name);
  };
  for (const name of masters.keys()) visit(name, []);
}

function reportCycle(cycle: readonly LinkedReference[], report: Report): void {
  const last = cycle.at(-1);
  const part = last?.object.drafts.get(last.field.name)?.part;
  if (!last || !part) return;
  const steps = cycle.map(({ object, field, target }) => `${object.name}.${field.name} → ${target.name}`).join(', ');
  const hint = last.object.name === last.target.name ? 'Use the type tree for a hierarchy of one object.' : 'Make one of them a lookup.';
  report.error(part, ['type'], `${last.object.name}.${last.field.name}`, `master_detail fields go in a circle: ${steps}`, hint);
}
