import { operations, type Operation, type Policy } from '../rules.ts';
import { objectNamed, readCondition } from './object-name.ts';
import { checkRole, type Draft } from './read-rules.ts';
import type { Reader } from '../../../metadata/definitions/reader.ts';

const spellings: Readonly<Record<string, Operation | 'all'>> = {
  select: 'select', read: 'select', insert: 'insert', create: 'insert', update: 'update', edit: 'update', delete: 'delete', all: 'all',
};

/** `{ name, object, operation, using, check, roles, enabled }` */
export function readPolicy(reader: Reader, draft: Draft): Policy | undefined {
  const { catalog } = draft;
  const name = reader.required('name');
  const object = objectNamed(catalog, reader, 'object', reader.required('object', 'objectName'));
  const operation = reader.oneOf(spellings, 'operation') ?? 'all';
  const using = readCondition(reader, catalog, object, 'using');
  const check = readCondition(reader, catalog, object, 'check');
  const roles = reader.texts('roles', 'positions');
  for (const role of roles ?? []) checkRole(draft, role, (message, hint) => { reader.error(['roles'], message, hint); });
  const enabled = reader.flag(true, 'enabled', 'active');
  reader.skip('label', 'description', 'tags');
  reader.idle('priority');
  reader.end();
  if (!object) return undefined;
  if (!using && !check) reader.error([], 'neither "using" nor "check" is given', 'Say which records the policy is for.');
  if (!using && check && operation !== 'insert') reader.error(['check'], `"check" alone says nothing about records as they are, which ${operation} asks`, 'Give "using" too, or operation: insert.');
  return enabled ? { name, object: object.name, operations: new Set(operation === 'all' ? operations : [operation]), using, check, roles } : undefined;
}
