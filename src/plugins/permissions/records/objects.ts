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

export const auditObject: DefinitionInput = {
  name: 'sys_access_audit',
  label: 'Access audit',
  pluralLabel: 'Access audits',
  description: 'Who gave or took which rights, when and from whom. Written with the change itself; never changed, and kept when people and records go.',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    event: { type: 'select', label: 'Event', options: [{ value: 'granted' }, { value: 'changed' }, { value: 'revoked' }, { value: 'expired' }, { value: 'tried' }], required: true, description: 'tried: somebody tried a write as somebody else, without keeping it.' },
    actor_id: { type: 'text', label: 'Actor', description: 'Id of the user who did it; empty for the platform itself.', maxLength: 36 },
    user_id: { type: 'text', label: 'User', description: 'Id of the user whose rights these are; empty for a share with a group or role.', maxLength: 36 },
    kind: { type: 'text', label: 'Kind', description: 'Machine name of the object that gives the right: `sys_permission_assignment`, `sys_record_share`.', required: true, maxLength: 200 },
    assignment_id: { type: 'text', label: 'Assignment', description: 'Id of the assignment, membership or share.', maxLength: 36 },
    name: { type: 'text', label: 'Name', description: 'The permission set, role or group; of a share, whom it is for when that is no user; of a tried write, the operation.', maxLength: 200 },
    object: { type: 'text', label: 'Object', description: 'Of a share or a tried write: machine name of the object.', maxLength: 200 },
    record_id: { type: 'text', label: 'Record', description: 'Of a share: id of the record.', maxLength: 36 },
    before: { type: 'json', label: 'Before' },
    after: { type: 'json', label: 'After' },
  },
  indexes: [{ fields: ['user_id'] }, { fields: ['object', 'record_id'] }],
};
