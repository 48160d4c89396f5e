import type { Catalog } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Change, ReportProblem } from '../../../resolvers/write/phase.ts';
import type { Rules } from '../rules.ts';

/** An assignment names what exists, so that nobody believes in a right that is none. */
export function checkAssignments(changes: readonly Change[], rules: Rules, catalog: Catalog, report: ReportProblem): void {
  for (const change of changes) {
    if (change.kind !== 'create' && change.kind !== 'update') continue;
    const { record } = change;
    const named = (field: string, what: string, known: Iterable<string>): void => {
      const value = record[field];
      const names = [...known];
      if (typeof value !== 'string' || names.includes(value)) return;
      report(change, { field, code: 'INVALID_VALUE', message: `There is no ${what} "${value}". ${suggest(value, names) ?? ''}`.trim() });
    };
    switch (change.object) {
      case 'sys_permission_assignment': named('permission_set', 'permission set', rules.sets.keys()); break;
      case 'sys_role_assignment': named('role', 'role', rules.roles.keys()); break;
      case 'sys_group_member': named('group', 'group', rules.groups.keys()); break;
      case 'sys_record_share': {
        named('object', 'object', catalog.objects.keys());
        named('group', 'group', rules.groups.keys());
        named('role', 'role', rules.roles.keys());
        if (['user', 'group', 'role'].filter((field) => (record[field] ?? null) !== null).length !== 1) report(change, { code: 'INVALID_VALUE', message: 'A share is for exactly one user, group or role.' });
      }
    }
  }
}
