import type { CatalogField, CatalogObject } from '../catalog.ts';
import type { Span } from './expression.ts';
import { id, listOf, text, type ExpressionType } from './types.ts';

/** What of an object expressions look at. */
export type ExpressionObject = Pick<CatalogObject, 'name' | 'fields' | 'relations'>;

/** What an expression may speak of. */
export interface ExpressionScope {
  readonly catalog: { readonly objects: ReadonlyMap<string, ExpressionObject> };
  /** Object of `record`, whose fields may also be named bare; undefined where there is no record. */
  readonly object: ExpressionObject | undefined;
  /** `previous`, ISCHANGED and ISNEW: where a record is written. */
  readonly previous?: boolean;
  /** Variables by name, beside the record: `vars.total`, or bare. */
  readonly variables?: Readonly<Record<string, ExpressionType>>;
  /** What the result is for; a mismatch is a problem. */
  readonly expects?: ExpressionType | undefined;
  /** Called for each field that is read: while formulas are linked, the types of those that others read are found first. */
  beforeRead?(field: CatalogField, span: Span): void;
}

/** What is known of every caller, by its name behind `current_user`. Further names are attributes of the caller. */
export const callerValues: Readonly<Record<string, ExpressionType>> = {
  id,
  organization_id: id,
  name: text,
  email: text,
  role: text,
  roles: listOf(text),
  groups: listOf(text),
  profile: text,
  permission_sets: listOf(text),
};

/** Other spellings of those. */
export const callerAliases: Readonly<Record<string, string>> = {
  user_id: 'id', tenant_id: 'organization_id', org_id: 'organization_id', position: 'role', positions: 'roles', permissions: 'permission_sets', full_name: 'name',
};

/** Roots that stand for the caller, in lower case. A field of the same name comes before them, `current_user` excepted. */
export const callerRoots: ReadonlySet<string> = new Set(['current_user', 'currentuser', '$user', '$currentuser', 'user']);
