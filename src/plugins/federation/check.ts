import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import { holdsKey, keyTypeOf } from '../../metadata/foreign-key.ts';
import { suggest } from '../../metadata/nearest.ts';
import type { CatalogReport } from '../../metadata/phase.ts';
import type { Path } from '../../metadata/source-document.ts';
import { fieldKeys, federationOfField, federationOfObject, foreignEntityOf, entityKeys, providedFields } from './definition.ts';
import { isExternal } from './external.ts';
import { foreignReferences, type ForeignReference } from './foreign-entities.ts';

/** Refuses what a supergraph could not be made of. */
export function checkFederation(catalog: Catalog, report: CatalogReport): void {
  const types = new Map([...catalog.objects.values()].map((object) => [object.names.type, object]));
  for (const object of catalog.objects.values()) {
    const { keys = [], entity, interfaceObject } = federationOfObject(object);
    const known = object.keys.map(({ name }) => name);
    for (const [index, key] of keys.entries()) {
      if (!known.includes(key)) report('error', object.name, ['federation', 'keys', index], `${object.name} has no key "${key}"`, suggest(key, known));
    }
    if (keys.length > 0 && entity === false) report('error', object.name, ['federation', 'keys'], 'an object that is no entity has no keys for other subgraphs', 'Leave out "keys", or "entity: false".');
    if (interfaceObject === true && entityKeys(object).length === 0) report('error', object.name, ['federation', 'interfaceObject'], 'an interface object must be an entity', 'It needs a key and the API method "get".');
    for (const field of object.fields.values()) {
      if (isExternal(field)) checkExternal(object, field, report);
      checkSubfields(field, `${object.name}.${field.name}`, report);
      const foreign = foreignEntityOf(field);
      if (!foreign) continue;
      const subject = `${object.name}.${field.name}`;
      const own = types.get(foreign.type);
      if (own) report('error', subject, ['entity', 'type'], `${foreign.type} is the type of the object ${own.name} of this app`, `Use a lookup: type: lookup, reference: ${own.name}.`);
      if (!holdsKey(field, foreign)) {
        report('error', subject, ['entity'], `a value of type ${field.type.name} cannot be the key ${foreign.key}: ${keyTypeOf(foreign)} of ${foreign.type}`, 'Use type: text, or type: number with keyType: Int.');
      }
    }
  }
  const provided = new Map<string, string>();
  for (const reference of foreignReferences(catalog.objects.values())) {
    const { object, field, name } = reference;
    checkProvided(reference, provided, report);
    const taken = [...object.fields.values()].some(({ graphqlName }) => graphqlName === name) || object.relations.has(name);
    if (taken) report('error', `${object.name}.${field.name}`, ['entity'], `${object.names.type} has a field "${name}" already, which is to lead to the entity`, 'Name it otherwise with "as".');
  }
}

function checkExternal(object: CatalogObject, field: CatalogField, report: CatalogReport): void {
  const subject = `${object.name}.${field.name}`;
  const refuse = (path: Path, message: string, hint: string): void => report('error', subject, path, message, hint);
  if (field.type.external === undefined) refuse(['federation', 'external'], `a value of type ${field.type.name} cannot come from another subgraph`, 'Use a type of one plain value: text, number, currency, boolean, date, datetime, select.');
  if (entityKeys(object).length === 0) refuse(['federation', 'external'], `${object.name} is no entity, so that no gateway brings values along`, 'It needs a key and the API method "get".');
  const { external: _external, ...others } = federationOfField(field);
  for (const key of Object.keys(others)) refuse(['federation', key], 'says something of a field that another subgraph has', `Remove "${key}", and say it there.`);
}

/** Parts of a value are no fields of a subgraph of their own. */
function checkSubfields({ subfields }: CatalogField, subject: string, report: CatalogReport): void {
  for (const subfield of subfields.values()) {
    const at = `${subject}.${subfield.name}`;
    for (const key of Object.keys(fieldKeys)) if (subfield.definition[key] !== undefined) report('error', subject, ['fields', subfield.name, key], `${at} is a part of a value, of which "${key}" says nothing`, `Remove "${key}", or say it of ${subject}.`);
    checkSubfields(subfield, subject, report);
  }
}

/** Copies must have a value of one scalar type for each field of the entity, wherever they stand. */
function checkProvided({ object, field, entity }: ForeignReference, types: Map<string, string>, report: CatalogReport): void {
  const subject = `${object.name}.${field.name}`;
  for (const { name, copy, required } of providedFields(entity)) {
    const refuse = (message: string, hint?: string): void => report('error', subject, ['entity', 'provides', name], message, hint);
    const held = object.fields.get(copy);
    const shape = held?.type.graphql(held);
    if (!held) refuse(`${object.name} has no field "${copy}"`, suggest(copy, [...object.fields.keys()]));
    else if (name === entity.key) refuse(`${name} is the key of ${entity.type}, which is known anyway`, `Remove "${name}".`);
    else if (shape?.kind !== 'scalar' || shape.list === true || isExternal(held) || held.internal) refuse(`${copy} cannot be a copy of a field of ${entity.type}`, 'Use a field of one plain value: text, number, currency, boolean, date, datetime.');
    else {
      const type = `${shape.scalar}${required ? '!' : ''}`;
      const other = types.get(`${entity.type}.${name}`);
      if (other !== undefined && other !== type) refuse(`${entity.type}.${name} is ${type} here and ${other} elsewhere`, 'Use fields of one type, and say "required" of all or of none.');
      types.set(`${entity.type}.${name}`, type);
    }
  }
}
