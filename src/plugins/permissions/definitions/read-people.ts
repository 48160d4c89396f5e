import type { Group, Role } from '../rules.ts';
import { checkRole, type Draft } from './read-rules.ts';
import type { Reader } from '../../../metadata/definitions/reader.ts';

/** `{ name, label, parent, description }` */
export function readRole(reader: Reader, draft: Draft): Role {
  const name = reader.required('name');
  const label = reader.text('label') ?? name;
  const parent = reader.text('parent', 'parentRole', 'reports_to', 'reportsTo');
  if (parent !== undefined) checkRole(draft, parent, (message, hint) => { reader.error([reader.keyOf('parent', 'parentRole', 'reports_to', 'reportsTo') ?? 'parent'], message, hint); });
  reader.skip('description');
  reader.idle('delegatable');
  reader.end();
  return { name, label, parent };
}

/** `{ name, label, roles, description }`: members by role; others are records of `sys_group_member`. */
export function readGroup(reader: Reader, draft: Draft): Group {
  const name = reader.required('name');
  const label = reader.text('label') ?? name;
  const roles = reader.texts('roles') ?? [];
  for (const role of roles) checkRole(draft, role, (message, hint) => { reader.error(['roles'], message, hint); });
  reader.skip('description');
  reader.end();
  return { name, label, roles };
}
