import { ObjectosError } from '../../errors.ts';
import { systemAccess } from '../../resolvers/access.ts';
import type { Change, MutationContext, MutationPhase } from '../../resolvers/write/phase.ts';
import type { Identity } from './service.ts';
import { hasSession } from './sessions.ts';

/** What of a user decides about their callers. */
const deciding = ['active', 'email', 'administrator', 'two_factor_enabled', 'password_changed_at'];

/** Whoever writes users, sessions, memberships and keys, and wherever: sessions end and sockets close as the new state demands. */
export function watchRecords(current: () => Identity): MutationPhase {
  return {
    objects: ['sys_user', 'sys_session', 'sys_member', 'sys_api_key'],
    before(changes, context) {
      for (const { object, kind, values, previous } of changes) {
        if (object !== 'sys_user' || kind !== 'update' || !('email' in values) || values['email'] === previous?.['email']) continue;
        if (!mayChangeAddresses(context)) throw new ObjectosError('FORBIDDEN', 'Whose address it is signs in with it: people change their own with changeEmail, and those of others are changed by administrators who are signed in; API keys and tokens of other issuers cannot do this.');
        // Nobody has shown yet that the new address is theirs.
        if (!('email_verified' in values)) values['email_verified'] = false;
      }
    },
    async after(changes) {
      const { sessions } = current();
      switch (changes[0]?.object) {
        case 'sys_user': {
          const touched = changes.filter(({ kind, values }) => kind !== 'create' && (kind !== 'update' || deciding.some((field) => field in values)));
          for (const { id, kind, record } of touched) if (kind === 'delete' || record['active'] === false) await sessions.end(id, {});
          await sessions.usersChanged(idsOf(touched));
          break;
        }
        case 'sys_session':
          await sessions.ended(idsOf(changes.filter(({ kind }) => kind === 'delete')));
          await sessions.sessionsChanged(idsOf(changes.filter(({ kind }) => kind === 'update')));
          break;
        case 'sys_api_key':
          await sessions.ended(idsOf(changes.filter(({ kind }) => kind !== 'create')));
          break;
        case 'sys_member':
          await sessions.usersChanged(changes.map(({ record }) => String(record['user'])));
          break;
      }
    },
  };
}

/** Whoever writes an address can have a new password sent there, so the right to edit users is not enough, nor is a key that lies in some program. */
const mayChangeAddresses = ({ access, caller }: MutationContext): boolean => access === systemAccess || (caller.roles.includes('administrator') && hasSession(caller));

const idsOf = (changes: readonly Change[]): string[] => changes.map(({ id }) => id);
