import type { FieldAccess, ObjectAccess } from '../../../resolvers/access.ts';
import { fieldCompiler } from './compile-field.ts';
import { computedRights, type World } from './computed-rights.ts';
import { openRows, setRows, union, type ObjectRules } from './set-rows.ts';

/** Folds all rules on one object into the rights of one class of callers. */
export function compileObject(scope: ObjectRules, world: World): ObjectAccess {
  const read = setRows(scope, 'select');
  const edit = setRows(scope, 'update');
  const insert = setRows(scope, 'insert');
  const fields = new Map<string, FieldAccess>();
  const compile = fieldCompiler(scope, read, edit, insert);
  const field = (name: string): FieldAccess => {
    let access = fields.get(name);
    if (!access) {
      access = compile(name);
      const computed = computedRights(scope, name, access, world);
      if (computed) access = computed;
      fields.set(name, access);
    }
    return access;
  };
  return {
    read: openRows(scope, 'select'),
    create: insert.length > 0,
    edit: openRows(scope, 'update'),
    editCheck: union(setRows(scope, 'updateCheck')),
    delete: union(setRows(scope, 'delete')),
    check: union(insert),
    field,
  };
}
