import { isObjectType } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { StartupError } from '../../../errors.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Reference } from '../read-remotes.ts';
import { isShared, reachableTypes, showsOf, specOf } from './import-types.ts';
import { addLookups, lookupFields } from './lookups.ts';
import { addRootFields, roots, shownRootFields } from './root-fields.ts';
import { keyAlias, type StitchedRemote } from './stitch.ts';

/** Makes the fields and types of remote services part of this API. */
export function extendWithRemotes(schema: SchemaExtension, remotes: readonly StitchedRemote[], references: readonly Reference[]): void {
  /** Scalars that several services have are taken to be the same. */
  const scalars = new Set<string>();
  for (const stitched of remotes) {
    checkCoordinates(stitched);
    const start = [...roots.flatMap((root) => shownRootFields(stitched, root)), ...lookupFields(stitched)];
    for (const type of reachableTypes(stitched.schema, start, showsOf(stitched))) {
      if (isShared(type) || scalars.has(type.name)) continue;
      const spec = specOf(stitched, type);
      if (spec.kind === 'scalar') scalars.add(type.name);
      schema.addType(type.name, spec, `remote ${stitched.remote.name}`);
    }
    addRootFields(schema, stitched);
    addLinkedFields(schema, stitched);
    addLookups(schema, stitched, references);
  }
}

function addLinkedFields({ addLinkedField, hasType }: SchemaExtension, { schema, remote: { name: remote, fields } }: StitchedRemote): void {
  for (const [typeName, ofType] of Object.entries(fields)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type) || !hasType(typeName)) throw new StartupError(`The remote ${remote} gives fields to ${typeName}, which is none of its object types here.`);
    for (const [name, { object, field, key, many, description }] of Object.entries(ofType)) {
      if (!Object.hasOwn(type.getFields(), key)) throw new StartupError(`The remote ${remote} gives ${typeName} the field ${name} by ${key}, which it does not have. ${suggest(key, Object.keys(type.getFields())) ?? ''}`);
      const alias = keyAlias(key);
      addLinkedField({ type: typeName, name, object, field, many, description, key: (parent) => (parent as Readonly<Record<string, unknown>>)[alias], part: `remote ${remote}` });
    }
  }
}

/** What `only` and `except` name must be there. */
function checkCoordinates({ schema, remote: { name: remote, only = [], except } }: StitchedRemote): void {
  for (const coordinate of [...only, ...except]) {
    const [typeName = '', field] = coordinate.split('.');
    const type = schema.getType(typeName);
    const fields = type && 'getFields' in type ? Object.keys(type.getFields()) : undefined;
    if (fields && (field === undefined || field === '*' || fields.includes(field))) continue;
    throw new StartupError(`The remote ${remote} names ${coordinate}, which its schema does not have. ${fields ? (suggest(field ?? '', fields) ?? '') : (suggest(typeName, Object.keys(schema.getTypeMap())) ?? '')}`);
  }
}
