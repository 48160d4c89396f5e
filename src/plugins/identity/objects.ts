import type { DefinitionInput } from '../../metadata/phase.ts';

/** Written by the mutations of this plugin only; the API reads them. */
const enable = { apiMethods: ['get', 'list', 'aggregate'] };
const hidden = { apiEnabled: false };
const moment = (label: string): DefinitionInput => ({ type: 'datetime', label });
const secret = (label: string): DefinitionInput => ({ type: 'textarea', label, internal: true });
const person = (relatedName: string, required = true): DefinitionInput => ({ type: 'lookup', reference: 'sys_user', label: 'User', required, deleteBehavior: 'cascade', relatedName });
const organizationOf = (relatedName: string): DefinitionInput => ({ type: 'lookup', reference: 'sys_organization', label: 'Organization', required: true, deleteBehavior: 'cascade', relatedName });

const user: DefinitionInput = {
  extend: 'sys_user',
  fields: {
    email_verified: { type: 'boolean', label: 'E-mail verified', defaultValue: false, readonly: true },
    two_factor_enabled: { type: 'boolean', label: 'Two-factor authentication', defaultValue: false, readonly: true },
    administrator: { type: 'boolean', label: 'Administrator', description: 'May do everything that administrators may.', defaultValue: false, readonly: true },
    password_changed_at: { ...moment('Password changed at'), readonly: true },
  },
};

const session: DefinitionInput = {
  name: 'sys_session',
  label: 'Session',
  description: 'A sign-in that lasts until it is ended, expires or is revoked.',
  icon: 'key',
  nameField: 'user_agent',
  enable,
  fields: {
    user: person('sessions'),
    token: { type: 'text', label: 'Hash of the token', internal: true, required: true, unique: true, maxLength: 64 },
    expires_at: { ...moment('Expires at'), required: true },
    last_seen_at: moment('Last seen at'),
    ip_address: { type: 'text', label: 'Address', maxLength: 64 },
    user_agent: { type: 'textarea', label: 'Program' },
    active_organization: { type: 'lookup', reference: 'sys_organization', label: 'Active organization', deleteBehavior: 'set_null', relatedName: 'active_sessions' },
  },
};

const organization: DefinitionInput = {
  name: 'sys_organization',
  label: 'Organization',
  description: 'People who work together; a person may be a member of several and acts in one at a time.',
  icon: 'building',
  nameField: 'name',
  enable,
  fields: {
    name: { type: 'text', label: 'Name', required: true, maxLength: 200 },
    slug: { type: 'text', label: 'Short name', required: true, unique: true, maxLength: 100 },
    logo: { type: 'textarea', label: 'Logo' },
    metadata: secret('Metadata'),
  },
};

const member: DefinitionInput = {
  name: 'sys_member',
  label: 'Member',
  description: 'Membership of a person in an organization.',
  enable,
  fields: {
    organization: organizationOf('members'),
    user: person('memberships'),
    role: { type: 'text', label: 'Role', description: 'owner, admin or member; several are separated by commas.', required: true, maxLength: 200 },
  },
  indexes: [{ fields: ['organization', 'user'], unique: true }],
};

const invitation: DefinitionInput = {
  name: 'sys_invitation',
  label: 'Invitation',
  description: 'An invitation to an organization.',
  enable,
  fields: {
    organization: organizationOf('invitations'),
    email: { type: 'email', label: 'Email', required: true },
    role: { type: 'text', label: 'Role', maxLength: 200 },
    status: { type: 'text', label: 'Status', description: 'pending, accepted, rejected or canceled.', required: true, maxLength: 40 },
    expires_at: { ...moment('Expires at'), required: true },
    inviter: person('sent_invitations'),
  },
};

const apiKey: DefinitionInput = {
  name: 'sys_api_key',
  label: 'API key',
  description: 'Lets a program act for a person, within scopes.',
  icon: 'key',
  nameField: 'name',
  enable,
  fields: {
    name: { type: 'text', label: 'Name', required: true, maxLength: 200 },
    start: { type: 'text', label: 'Begins with', maxLength: 20 },
    hash: { type: 'text', label: 'Hash of the key', internal: true, required: true, unique: true, maxLength: 64 },
    user: person('api_keys'),
    organization: { type: 'lookup', reference: 'sys_organization', label: 'Organization', deleteBehavior: 'cascade', relatedName: 'api_keys' },
    scopes: { type: 'tags', label: 'Scopes' },
    expires_at: moment('Expires at'),
    last_used_at: moment('Last used at'),
    revoked_at: moment('Revoked at'),
  },
};

const account: DefinitionInput = {
  name: 'sys_credential',
  label: 'Sign-in account',
  description: 'How a person signs in: a password, or an account at a provider.',
  enable: hidden,
  fields: {
    user: person('sign_in_accounts'),
    account_id: { ...secret('Account'), required: true },
    provider_id: { type: 'text', label: 'Provider', internal: true, required: true, maxLength: 100 },
    access_token: secret('Access token'),
    refresh_token: secret('Refresh token'),
    id_token: secret('ID token'),
    access_token_expires_at: moment('Access token expires at'),
    refresh_token_expires_at: moment('Refresh token expires at'),
    scope: secret('Scope'),
    password: secret('Hash of the password'),
  },
};

const twoFactor: DefinitionInput = {
  name: 'sys_two_factor',
  label: 'Two-factor secret',
  description: 'What one-time codes of a person are made from, encrypted.',
  enable: hidden,
  fields: {
    user: person('two_factors'),
    secret: { ...secret('Secret'), required: true },
    backup_codes: { ...secret('Backup codes'), required: true },
    verified: { type: 'boolean', label: 'Verified', defaultValue: false },
    failed_verification_count: { type: 'number', label: 'Failures', scale: 0, defaultValue: 0 },
    locked_until: moment('Locked until'),
  },
};

export const identityObjects: readonly DefinitionInput[] = [user, session, organization, member, invitation, apiKey, account, twoFactor];
