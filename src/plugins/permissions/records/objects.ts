import type { DefinitionInput } from '../../../metadata/phase.ts';

const user = (relatedName: string, required: boolean): DefinitionInput => ({ type: 'user', reference: 'sys_user', label: 'User', required, deleteBehavior: 'cascade', relatedName });

/** Who has which rights, as records: granted and revoked through the API, effective at once. */
export const assignmentObjects: readonly DefinitionInput[] = [
  {
    name: 'sys_permission_assignment',
    label: 'Permission assignment',
    description: 'Gives a user a profile or a permission set.',
    fields: {
      user: user('permissionAssignments', true),
      permission_set: { type: 'text', label: 'Permission set', description: 'Machine name of the permission set or profile.', required: true, maxLength: 200 },
      expires_at: { type: 'datetime', label: 'Expires at', description: 'The assignment counts until then; without end when empty.' },
    },
    indexes: [{ fields: ['user', 'permission_set'], unique: true }],
  },
  {
    name: 'sys_role_assignment',
    label: 'Role assignment',
    description: 'Places a user in the tree of roles.',
    fields: {
      user: user('roleAssignments', true),
      role: { type: 'text', label: 'Role', description: 'Machine name of the role.', required: true, maxLength: 200 },
    },
    indexes: [{ fields: ['user', 'role'], unique: true }],
  },
  {
    name: 'sys_group_member',
    label: 'Group member',
    description: 'Makes a user a member of a group.',
    fields: {
      user: user('groupMemberships', true),
      group: { type: 'text', label: 'Group', description: 'Machine name of the group.', required: true, maxLength: 200 },
    },
    indexes: [{ fields: ['user', 'group'], unique: true }],
  },
  {
    name: 'sys_record_share',
    label: 'Record share',
    description: 'Opens one record to a user, a group or the holders of a role.',
    fields: {
      object: { type: 'text', label: 'Object', description: 'Machine name of the object.', required: true, maxLength: 200 },
      record_id: { type: 'text', label: 'Record ID', required: true, maxLength: 36 },
      user: user('recordShares', false),
      group: { type: 'text', label: 'Group', maxLength: 200 },
      role: { type: 'text', label: 'Role', maxLength: 200 },
      access_level: { type: 'select', label: 'Access level', options: [{ value: 'read' }, { value: 'edit' }], required: true, defaultValue: 'read' },
      expires_at: { type: 'datetime', label: 'Expires at', description: 'The share counts until then; without end when empty.' },
    },
    indexes: [{ fields: ['object', 'record_id'] }, { fields: ['user'] }],
  },
];
