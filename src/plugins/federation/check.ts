import type { Catalog } from '../../metadata/catalog.ts';
import { holdsKey, keyTypeOf } from '../../metadata/foreign-key.ts';
import { suggest } from '../../metadata/nearest.ts';
import type { CatalogReport } from '../../metadata/phase.ts';
import { federationOfObject, foreignEntityOf, entityKeys } from './definition.ts';
import { foreignReferences } from './foreign-entities.ts';

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
  for (const { object, field, name } of foreignReferences(catalog.objects.values())) {
    const taken = [...object.fields.values()].some(({ graphqlName }) => graphqlName === name) || object.relations.has(name);
    if (taken) report('error', `${object.name}.${field.name}`, ['entity'], `${object.names.type} has a field "${name}" already, which is to lead to the entity`, 'Name it otherwise with "as".');
  }
}
