import type { CatalogField, CatalogObject, CatalogRelation } from '../../metadata/catalog.ts';
import type { Access, FieldAccess } from '../../resolvers/access.ts';
import type { WriteOperation } from '../../resolvers/source.ts';

type Right = 'read' | 'edit' | 'filter' | 'sort' | 'aggregate';

/** What a class of callers may use at all, on whichever rows: decides what introspection and metadata show. */
export interface Rights {
  reads(object: string): boolean;
  writes(object: string, operation: WriteOperation): boolean;
  /** Something can be done with the object. */
  uses(object: string): boolean;
  field(object: string, field: string, right: Right): boolean;
  /** The right on the lookup that makes a relation, where its target can be read. */
  relation(object: CatalogObject, relation: CatalogRelation, right: Right): boolean;
}

export function rightsOf(access: Access): Rights {
  const reads = (object: string): boolean => access.object(object).read !== false;
  const field = (object: string, name: string, right: Right): boolean => {
    // Without the records there is nothing to read, filter or sort.
    if (right !== 'edit' && !reads(object)) return false;
    const rights: FieldAccess = access.object(object).field(name);
    return rights[right] !== false;
  };
  const writes = (object: string, operation: WriteOperation): boolean => {
    const { create, edit, delete: remove } = access.object(object);
    switch (operation) {
      case 'create': case 'createMany': return create;
      // What cannot be seen cannot be changed.
      case 'update': case 'updateMany': return edit !== false && reads(object);
      case 'upsert': case 'upsertMany': return create || (edit !== false && reads(object));
      case 'delete': case 'deleteMany': case 'restore': return remove !== false && reads(object);
    }
  };
  return {
    reads,
    writes,
    uses: (object) => reads(object) || access.object(object).create,
    field,
    relation(object, relation, right) {
      const [holder, lookup] = lookupOf(object, relation);
      return reads(relation.target) && field(holder, lookup, right);
    },
  };
}

/** The object that holds the lookup of a relation, and the lookup. */
export function lookupOf(object: CatalogObject, relation: CatalogRelation): readonly [holder: string, lookup: string] {
  switch (relation.kind) {
    case 'one': return [object.name, relation.field];
    case 'many': return [relation.target, relation.targetField];
    case 'link': return [relation.link.object, relation.link.field];
  }
}

/** Never writable, whoever the caller is. */
export function isWritable(field: CatalogField): boolean {
  return !field.readonly && !field.system && !field.type.computed;
}
