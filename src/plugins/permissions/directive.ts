import { DirectiveLocation, GraphQLDirective, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import type { SchemaPhase } from '../../builder/phase.ts';
import type { OutputField, Resolver } from '../../builder/spec.ts';
import { ObjectosError } from '../../errors.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { factsOf } from './access/facts.ts';
import { grantOn } from './access/compile-access.ts';
import type { Rules, RuleSet } from './rules.ts';

const names = new GraphQLList(new GraphQLNonNull(GraphQLString));

const permission = new GraphQLDirective({
  name: 'permission',
  description: 'Profiles, permission sets and roles for which the field is; which records it shows on is decided beside. Enforced by this server.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { read: { type: names, description: 'Who may read.' }, edit: { type: names, description: 'Who may write.' } },
});

/** Prints the rules on fields as `@permission`, and enforces the directive on fields with resolvers of their own. */
export function permissionSchema(rulesOf: (catalog: Catalog) => Rules): SchemaPhase {
  let catalog: Catalog | undefined;
  return {
    directives: [permission],
    extend: (schema) => {
      catalog = schema.catalog;
    },
    field(field, { type, catalogField }) {
      if (field.directives?.some(({ name }) => name === 'permission') === true) return guard(field);
      if (!catalog || !catalogField || type.role !== 'record') return field;
      const args = holdersOf(rulesOf(catalog), catalogField.object, catalogField.name, catalog.objects.get(catalogField.object)?.system === true);
      return args ? { ...field, directives: [...(field.directives ?? []), { name: 'permission', args }] } : field;
    },
  };
}

/** Who holds a field for which there are rules; undefined for fields that go with their object. */
function holdersOf({ sets, fields, guarded }: Rules, object: string, field: string, isSystem: boolean): { readonly read?: readonly string[]; readonly edit?: readonly string[] } | undefined {
  const key = `${object}.${field}`;
  if (!guarded.read.has(key) && !guarded.edit.has(key)) return undefined;
  const rule = fields.get(key);
  const of = (set: RuleSet) => set.fields.get(key) ?? set.fields.get(`${object}.*`);
  const granted = (right: 'read' | 'edit'): string[] => [...sets.values()].filter((set) => of(set)?.[right] === true && grantOn(set, object, isSystem)?.[right] === true).map(({ name }) => name);
  const list = (right: 'read' | 'edit', ...rules: readonly (readonly string[] | undefined)[]): readonly string[] => [...new Set([...granted(right), ...rules.flatMap((one) => one ?? [])])].sort();
  return {
    ...(guarded.read.has(key) && { read: list('read', rule?.visibleTo, rule?.visibleTo && rule.editableBy) }),
    ...(guarded.edit.has(key) && { edit: list('edit', rule?.editableBy ?? rule?.visibleTo) }),
  };
}

/** A field of a plugin says who may read it; its resolver runs for nobody else. */
function guard(field: OutputField): OutputField {
  const { resolve } = field;
  const readers = (field.directives ?? []).filter(({ name }) => name === 'permission').flatMap(({ args }) => (args?.['read'] as readonly string[] | undefined) ?? []);
  if (!resolve) throw new Error('@permission can be declared on fields with a resolver of their own; fields of objects have their rules in the definitions.');
  const guarded: Resolver = (parent, args, context, info) => {
    const { caller } = context;
    const { sets, roles } = factsOf(caller);
    if (caller.kind !== 'system' && ![...sets, ...roles].some((name) => readers.includes(name))) throw new ObjectosError('FORBIDDEN', `You may not read ${info.parentType.name}.${info.fieldName}.`);
    return resolve(parent, args, context, info);
  };
  return { ...field, resolve: guarded };
}
