import type { CatalogField, CatalogKey } from '../catalog.ts';
import {
  compoundKeyTypeName, embeddedInputName, fieldTypeNames, isGraphqlReserved, objectTypeNames, relationFieldNames, reservedFieldNames, reservedRootFields, reservedTypeNames, rootFieldNames,
} from '../naming.ts';
import { placeOf, type Place } from '../part.ts';
import { describePlace } from '../report.ts';
import type { Report } from '../report.ts';
import type { Claim, LinkedReference, ObjectBuild } from './build.ts';

/** Claims every name that the API gets; whoever comes second is refused and the first is named. */
export function claimNames(builds: ReadonlyMap<string, ObjectBuild>, keys: ReadonlyMap<string, readonly CatalogKey[]>, references: readonly LinkedReference[], report: Report): void {
  const types = new Map<string, Claim>();
  const roots = new Map<string, Claim>();
  const pairs = new Set<string>();
  for (const build of builds.values()) {
    claimTypes(build, keys.get(build.name) ?? [], types, pairs, report);
    for (const name of Object.values(rootFieldNames(build.names))) {
      claim(roots, reservedRootFields, name, { what: `the object ${build.name}`, place: build.draft.part }, build.name, 'root field', 'Rename the object.', report, pairs);
    }
    claimFields(build, report);
  }
  const byField = new Map(references.map((reference) => [`${reference.object.name}.${reference.field.name}`, reference]));
  for (const build of builds.values()) claimRelations(build, byField, report);
  claimTables(builds, references, report);
}

function claim(claims: Map<string, Claim>, reserved: ReadonlySet<string>, name: string, by: Claim, subject: string, what: string, hint: string, report: Report, pairs?: Set<string>): boolean {
  const place: Place = by.place ?? { document: { file: 'the platform', value: undefined, locate: () => undefined }, path: [] };
  const first = claims.get(name);
  if (reserved.has(name) || isGraphqlReserved(name)) report.at('error', place, subject, `the ${what} "${name}" is reserved by the platform (${by.what})`, hint);
  else if (first && first.what !== by.what) {
    // Two objects of one type share all names derived from it: one problem, not fifty.
    const pair = `${first.what}\0${by.what}`;
    if (pairs?.has(pair) !== true) report.at('error', place, subject, `the ${what} "${name}" is made twice: by ${describePlace(first.what, first.place)} and by ${by.what}`, hint);
    pairs?.add(pair);
  } else {
    claims.set(name, by);
    return true;
  }
  return false;
}

function claimTypes({ name: object, names, draft, fields, drafts }: ObjectBuild, keys: readonly CatalogKey[], types: Map<string, Claim>, pairs: Set<string>, report: Report): void {
  const add = (name: string, what: string, place: Place, subject = object): void => {
    claim(types, reservedTypeNames, name, { what, place }, subject, 'type name', 'Rename one of them.', report, pairs);
  };
  for (const name of Object.values(objectTypeNames(names.type))) add(name, `the object ${object}`, draft.part);
  for (const key of keys) if (key.fields.length > 1) add(compoundKeyTypeName(names.type, key.name), `the key ${key.name} of ${object}`, draft.part);
  for (const field of fields.values()) claimFieldTypes(names.type, field, drafts.get(field.name)?.part ?? draft.part, `${object}.${field.name}`, add);
}

function claimFieldTypes(owner: string, field: CatalogField, place: Place, subject: string, add: (name: string, what: string, place: Place, subject: string) => void): void {
  const shape = field.type.graphql(field);
  const what = `the field ${subject}`;
  const names = fieldTypeNames(owner, field.graphqlName);
  if (shape.kind === 'enum') for (const name of [names.type, names.filter, names.listFilter]) add(name, what, place, subject);
  if (shape.kind !== 'embedded') return;
  if (shape.typeName !== undefined) {
    for (const name of [shape.typeName, embeddedInputName(shape.typeName)]) add(name, `the fields of the shared type ${shape.typeName}`, place, subject);
    return;
  }
  for (const name of [names.type, names.input]) add(name, what, place, subject);
  for (const inner of field.subfields.values()) claimFieldTypes(names.type, inner, place, `${subject}.${inner.name}`, add);
}

function claimFields({ name: object, fields, drafts, claims }: ObjectBuild, report: Report): void {
  const columns = new Map<string, Claim>();
  for (const field of fields.values()) {
    const place = drafts.get(field.name)?.part;
    const by = { what: field.system ? `the platform's field ${field.name}` : `the field ${object}.${field.name}`, place };
    const subject = `${object}.${field.name}`;
    claim(claims, field.system ? new Set() : reservedFieldNames, field.graphqlName, by, subject, 'field name', 'Rename the field.', report);
    for (const [index, alias] of field.aliases.entries()) {
      const former = { what: `the alias ${alias.name} of ${subject}`, place: place && placeOf(place, ['aliases', index]) };
      const names = [alias.graphqlName, ...(alias.relation === undefined ? [] : field.multiple ? Object.values(relationFieldNames(alias.relation)) : [alias.relation])];
      names.every((name) => claim(claims, reservedFieldNames, name, former, subject, 'field name', 'Take another name, or leave the alias out.', report));
    }
    if (field.column !== undefined) claim(columns, new Set(), field.column, by, subject, 'column', 'Rename the field, or give it a columnName of its own.', report);
  }
}

function claimRelations(build: ObjectBuild, references: ReadonlyMap<string, LinkedReference>, report: Report): void {
  for (const relation of build.relations.values()) {
    const own = relation.kind === 'one' || (relation.kind === 'link' && relation.from === 'source');
    const [holder, fieldName] = relation.kind === 'one' ? [build.name, relation.field] : relation.kind === 'many' ? [relation.target, relation.targetField] : [relation.link.object, relation.link.field];
    const reference = references.get(`${holder}.${fieldName}`);
    const place = reference?.object.drafts.get(fieldName)?.part;
    const what = own ? `the relation of ${holder}.${fieldName}` : `the collection that ${holder}.${fieldName} gives ${build.name}`;
    const hint = own ? 'Rename the field.' : `Give ${holder}.${fieldName} a "relatedName".`;
    const names = relation.kind === 'one' ? [relation.name] : Object.values(relationFieldNames(relation.name));
    // Stops at the first clash: the derived names clash for the same reason.
    names.every((name) => claim(build.claims, reservedFieldNames, name, { what, place }, `${holder}.${fieldName}`, `field name of ${build.names.type}`, hint, report));
  }
}

function claimTables(builds: ReadonlyMap<string, ObjectBuild>, references: readonly LinkedReference[], report: Report): void {
  const tables = new Map<string, Claim>();
  for (const { name, table, draft } of builds.values()) claim(tables, new Set(), table, { what: `the object ${name}`, place: draft.part }, name, 'table', 'Give one of them a tableName of its own.', report);
  for (const { link, object, field } of references) {
    if (!link) continue;
    const place = object.drafts.get(field.name)?.part;
    claim(tables, new Set(), link.table, { what: `the list ${object.name}.${field.name}`, place }, `${object.name}.${field.name}`, 'table', 'Rename the field.', report);
  }
}
