import type { AppliedByName, Guard, GuardedField } from '../../../builder/guards.ts';
import { ObjectosError, StartupError } from '../../../errors.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { classOf } from '../access/compile-access.ts';
import { factsOf } from '../access/facts.ts';
import type { ClassFacts } from '../access/sharing-rows.ts';
import type { Rules } from '../rules.ts';

/** A field, or the type it belongs to, says with `@permission` for whom it is; its resolver runs for nobody else. */
export function guardOf({ type, name, root, directives, typeDirectives, ofRecord, remote }: GuardedField, rules: Rules): Guard | undefined {
  const where = `${type}.${name}`;
  const changes = root === 'mutation' || remote?.coordinate.startsWith('Mutation.') === true;
  const own = read(directives, where, changes ? ['read', 'edit'] : ['read'], rules);
  // On types of records the directive tells what permission sets say, and rows decide.
  const ofType = ofRecord ? [] : read(typeDirectives, type, ['read'], rules);
  const lists = [...own, ...ofType];
  if (lists.length === 0) return undefined;
  const holds = ({ sets, roles }: Pick<ClassFacts, 'sets' | 'roles'>): boolean => lists.every((list) => list.some((holder) => sets.includes(holder) || roles.includes(holder)));
  return {
    check({ caller }) {
      if (caller.kind === 'system' || holds(factsOf(caller))) return;
      throw new ObjectosError('FORBIDDEN', `You may not ${changes ? 'run' : 'read'} ${where}.`);
    },
    shows(access) {
      const caller = classOf(access);
      return caller !== undefined && holds(caller);
    },
  };
}

/** The lists of names that a directive gives; what it cannot mean stops the start. */
function read({ permission = [] }: AppliedByName, where: string, meant: readonly string[], { sets, roles }: Rules): readonly (readonly string[])[] {
  return permission.flatMap((args) =>
    Object.entries(args).map(([arg, names]) => {
      if (!meant.includes(arg)) throw new StartupError(`@permission(${arg}) has no meaning on ${where}. ${arg === 'edit' ? 'It is for fields of Mutation. ' : ''}Accepted there: ${meant.join(', ')}.`);
      const list = names as readonly string[];
      for (const holder of list) {
        if (sets.has(holder) || roles.has(holder)) continue;
        const hint = suggest(holder, [...sets.keys(), ...roles.keys()]);
        throw new StartupError(`@permission(${arg}) on ${where} names "${holder}", which is no profile, permission set or role.${hint === undefined ? '' : ` ${hint}`}`);
      }
      return list;
    }),
  );
}
