import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { isPlain, type Access } from '../../../resolvers/access.ts';
import { computedField } from '../../../resolvers/computed.ts';
import { fieldRules, mayEdit, mayRead, maskOf } from '../access/compile-field.ts';
import type { ObjectRules } from '../access/set-rows.ts';

/** Rights on one field, whatever the record. */
export interface FieldRights {
  readonly name: string;
  readonly canFilter: boolean;
  readonly canSort: boolean;
  readonly canAggregate: boolean;
  /** How the value is masked. */
  readonly mask: string | undefined;
  /** Whether some rule names the field, so that it does not go with its object. */
  readonly guarded: boolean;
  /** Permission sets of the caller that grant it, on the rows that they open. */
  readonly readers: readonly string[];
  readonly editors: readonly string[];
  /** Of a computed field: what it reads and the caller may not, on some rows at least. Told to those who manage rights. */
  readonly hiddenBy: readonly string[];
}

export const fieldsOf = (object: CatalogObject): readonly CatalogField[] => [...object.fields.values()].filter(({ internal }) => !internal);

export const isWritable = ({ readonly, system, type }: CatalogField): boolean => !readonly && !system && !type.computed;

export function fieldRights(scope: ObjectRules, field: CatalogField, access: Access, full: boolean): FieldRights {
  const { rules, caller, grants } = scope;
  const rule = fieldRules(rules, field);
  const { filter, sort, aggregate, mask, ownRule } = access.object(field.object).field(field.name);
  const names = (of: typeof mayRead, right: 'read' | 'edit'): readonly string[] => grants.filter(({ set, grant }) => grant[right] && of(rule, set, caller)).map(({ set }) => set.name);
  return {
    name: field.name,
    canFilter: filter, canSort: sort, canAggregate: aggregate,
    mask: mask && maskOf(rule.own, caller)?.kind,
    guarded: rule.guardsRead || rule.guardsEdit,
    readers: names(mayRead, 'read'),
    editors: isWritable(field) ? names(mayEdit, 'edit') : [],
    hiddenBy: full && ownRule !== true ? hiddenInputs(field, access) : [],
  };
}

function hiddenInputs(field: CatalogField, access: Access): readonly string[] {
  const { inputs = [], found = [] } = computedField(field) ?? {};
  const read = [...inputs.flatMap((input) => [...input.steps, input.field]), ...found];
  return [...new Set(read.filter(({ object, name }) => !isPlain(access.object(object).field(name))).map(({ object, name }) => `${object}.${name}`))];
}
