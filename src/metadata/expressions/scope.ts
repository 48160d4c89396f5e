import type { CatalogField, CatalogObject } from '../catalog.ts';
import type { Span } from './expression.ts';
import { any, id, listOf, text, type ExpressionType } from './types.ts';

/** What of an object expressions look at. */
export type ExpressionObject = Pick<CatalogObject, 'name' | 'fields' | 'relations' | 'keys' | 'organizationField' | 'system' | 'view'>;

/** What an expression may speak of. */
export interface ExpressionScope {
  readonly catalog: { readonly objects: ReadonlyMap<string, ExpressionObject> };
  /** Object of `record`, whose fields may also be named bare; undefined where there is no record. */
  readonly object: ExpressionObject | undefined;
  /** `previous`, ISCHANGED and ISNEW: where a record is written. */
  readonly previous?: boolean;
  /** Values that gateways bring along with the record may be read: in formulas. */
  readonly external?: boolean;
  /** Variables by name, beside the record: `vars.total`, or bare. */
  readonly variables?: Readonly<Record<string, ExpressionType>>;
  /** LOOKUP(): where other records can be read. */
  readonly finds?: boolean;
  /** What the result is for; a mismatch is a problem. */
  readonly expects?: ExpressionType | undefined;
  /** Called for each field that is read: while formulas are linked, the types of those that others read are found first. */
  beforeRead?(field: CatalogField, span: Span): void;
}

/** What is known of every caller, by its name behind `current_user`. Further names are attributes of the caller. */
const callerValues: Readonly<Record<string, ExpressionType>> = {
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
const callerAliases: Readonly<Record<string, string>> = {
  user_id: 'id', tenant_id: 'organization_id', org_id: 'organization_id', position: 'role', positions: 'roles', permissions: 'permission_sets', full_name: 'name',
};

/** Names that stand for one of those without a root, where no field has the name. */
const loneCallerNames: Readonly<Record<string, string>> = {
  current_user_id: 'id', user_id: 'id', current_org_id: 'organization_id', organization_id: 'organization_id', org_id: 'organization_id', tenant_id: 'organization_id',
};

/** A value of the caller by its name behind `current_user`, whatever the spelling; of any type where only the caller knows it. */
export function callerValueNamed(spelling: string): { readonly name: string; readonly type: ExpressionType } {
  const name = callerAliases[snake(spelling)] ?? snake(spelling);
  const type = Object.hasOwn(callerValues, name) ? callerValues[name] : undefined;
  return type ? { name, type } : { name: spelling, type: any };
}

/** The same for a name that stands alone: `current_user_id`. */
export function loneCallerValue(name: string): ReturnType<typeof callerValueNamed> | undefined {
  const known = Object.hasOwn(loneCallerNames, snake(name)) ? loneCallerNames[snake(name)] : undefined;
  return known === undefined ? undefined : callerValueNamed(known);
}

/** `organizationId` → `organization_id` */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Roots that stand for the caller, in lower case. A field of the same name comes before them, `current_user` excepted. */
export const callerRoots: ReadonlySet<string> = new Set(['current_user', 'currentuser', '$user', '$currentuser', 'user', 'session']);
