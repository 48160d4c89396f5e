import type { CatalogObject } from '../../metadata/catalog.ts';
import { constant, type Filter } from '../../resolvers/filter/filter.ts';
import type { Rows } from '../../resolvers/filter/rows.ts';
import { tenancyOf } from './definition.ts';

/**
 * Who asks: somebody who acts in an organization, or in none, or an administrator of the platform. The last is above organizations
 * where people, organizations and grants are concerned, and never where the records of tenant-aware objects are.
 */
export type Standing = 'acting' | 'outside' | 'administrator';

/** Rows of an object that a caller may reach at all. */
export interface Reach {
  readonly read: Rows;
  readonly connect?: Filter;
  readonly create: boolean;
  readonly edit: Rows;
  readonly delete: Rows;
  /** The image of a new record. */
  readonly check: Rows;
  /** No write changes which rows these are. */
  readonly fixed?: boolean;
}

const ofOrganization = (field: string): Filter => ({ kind: 'compare', field, operator: 'eq', operand: { value: ({ caller }) => caller.organizationId } });
const ofUser = (field: string): Filter => ({ kind: 'compare', field, operator: 'eq', operand: { value: ({ caller }) => caller.userId } });
const isEmpty = (field: string): Filter => ({ kind: 'compare', field, operator: 'isNull', operand: constant(true) });
const any = (...filters: Filter[]): Filter => ({ kind: 'or', filters });
const all = (...filters: Filter[]): Filter => ({ kind: 'and', filters });

const whole = (rows: Filter): Reach => ({ read: rows, create: true, edit: rows, delete: rows, check: rows, fixed: true });
/** Changed by the mutations of the plugin identity only. */
const readable = (rows: Filter): Reach => ({ read: rows, create: false, edit: false, delete: false, check: false });

const colleagues: Filter = { kind: 'many', relation: 'memberships', quantifier: 'some', filter: ofOrganization('organization') };
const nowhereElse: Filter = { kind: 'many', relation: 'memberships', quantifier: 'every', filter: ofOrganization('organization') };

const platformRows: Readonly<Record<string, Reach>> = {
  sys_organization: readable({ kind: 'many', relation: 'members', quantifier: 'some', filter: ofUser('user') }),
  sys_member: readable(ofOrganization('organization')),
  sys_invitation: readable(ofOrganization('organization')),
  sys_api_key: readable(any(ofOrganization('organization'), all(isEmpty('organization'), ofUser('user')))),
  sys_session: readable(any(ofOrganization('active_organization'), ofUser('user'))),
  // An address or a deactivation holds in all organizations of a person, and deleting one empties lookups in all of them.
  sys_user: { read: any(colleagues, ofUser('id')), create: true, edit: any(ofUser('id'), all(colleagues, nowhereElse)), delete: false, check: true },
};

/** What a caller can reach of an object; undefined when organizations do not matter to it. */
export function reachOf(object: CatalogObject, standing: Standing): Reach | undefined {
  const { name, organizationField } = object;
  if (organizationField === undefined) return standing === 'administrator' ? undefined : platformRows[name];
  const own = ofOrganization(organizationField);
  if (object.fields.get(organizationField)?.required === true) return tenancyOf(object)?.crossTenantAccess === true ? { ...whole(own), read: true, connect: own, fixed: false } : whole(own);
  if (standing === 'administrator') return undefined;
  return whole(standing === 'acting' ? own : isEmpty(organizationField));
}
