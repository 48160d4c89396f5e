import type { SchemaPhase } from '../../../builder/phase.ts';
import type { AppliedDirective, InputField, OutputField } from '../../../builder/spec.ts';
import { StartupError } from '../../../errors.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { Rules } from '../rules.ts';
import type { RouterMode } from '../settings.ts';
import { directivesOf } from './directives.ts';
import { guardOf } from './guard.ts';
import { fieldHolders, objectHolders, objectRights, writeHolders } from './holders.ts';
import { checkRemoteGrants, remotePermission } from './remote-fields.ts';
import { routerDirectives } from './router.ts';

export interface PermissionSchemaOptions {
  readonly rulesOf: (catalog: Catalog) => Rules;
  readonly routerMode: RouterMode;
  /** The permission set of callers who are not signed in. */
  readonly guestSet: string;
}

/** Prints the rules on types and fields as `@permission`, and enforces the directive on fields with resolvers of their own. */
export function permissionSchema({ rulesOf, routerMode, guestSet }: PermissionSchemaOptions): SchemaPhase {
  let catalog: Catalog | undefined;
  /** Fields of remote services in the schema that is being built. */
  let remoteFields = new Map<string, Set<string>>();
  const current = (): Catalog => {
    if (!catalog) throw new Error('The schema is not being built.');
    return catalog;
  };
  const forRouters = (holders: readonly string[] | undefined) => routerDirectives(routerMode, holders, rulesOf(current()), guestSet);
  const isSystem = (object: string): boolean => current().objects.get(object)?.system === true;

  return {
    directives: directivesOf(routerMode),
    extend: (schema) => {
      catalog = schema.catalog;
      remoteFields = new Map();
    },
    check: () => checkRemoteGrants(rulesOf(current()), remoteFields),
    type({ role, object }) {
      if (role !== 'record' || object === undefined) return undefined;
      const rules = rulesOf(current());
      const args = Object.fromEntries(objectRights.map((right) => [right, objectHolders(rules, object, isSystem(object), right)]));
      return [{ name: 'permission', args }, ...forRouters(args['read'])];
    },
    field(field, { type, name, catalogField }) {
      const own = field.directives?.find((directive) => directive.name === 'permission');
      if (own) {
        if (field.source && field.source.kind !== 'custom') throw new StartupError(`@permission cannot be declared on ${type.name}.${name}: fields of objects have their rules in the definitions.`);
        const { read, edit } = (own.args ?? {}) as { readonly read?: readonly string[]; readonly edit?: readonly string[] };
        return withDirectives(field, forRouters(edit ?? read));
      }
      const rules = rulesOf(current());
      if (field.source?.kind === 'custom' && field.source.remote) {
        const { remote, coordinate } = field.source.remote;
        remoteFields.set(remote, (remoteFields.get(remote) ?? new Set()).add(coordinate));
        const permission = remotePermission(rules, { remote, coordinate });
        const holders = permission?.args?.['edit'] ?? permission?.args?.['read'];
        return permission ? withDirectives(field, [permission, ...forRouters(holders as readonly string[])]) : field;
      }
      if (field.source?.kind === 'mutation') return withDirectives({ ...field, args: { ...field.args, dryRunAs } }, forRouters(writeHolders(rules, field.source.object, isSystem(field.source.object), field.source.operation)));
      if (!catalogField || type.role !== 'record') return field;
      const args = fieldHolders(rules, catalogField.object, catalogField.name, isSystem(catalogField.object));
      return args ? withDirectives(field, [{ name: 'permission', args: { ...args } }, ...forRouters(args.read)]) : field;
    },
    guard: (field) => guardOf(field, rulesOf(current())),
  };
}

const dryRunAs: InputField = { type: 'ID', description: 'With `dryRun`: tries the write as this user. For holders of manage_users.' };

function withDirectives(field: OutputField, added: readonly AppliedDirective[]): OutputField {
  return added.length === 0 ? field : { ...field, directives: [...(field.directives ?? []), ...added] };
}
