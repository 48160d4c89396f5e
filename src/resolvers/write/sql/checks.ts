import type { Catalog } from '../../../metadata/catalog.ts';
import { systemAccess, type Access } from '../../access.ts';
import { filterToSql } from '../../filter/to-sql.ts';
import type { Rows } from '../../filter/rows.ts';
import { connectableRows, rowCondition, whereClause } from '../../filter/visible-rows.ts';
import { existsEnd, scopeAt, type SqlScope } from '../../filter/scope.ts';
import type { BindList } from '../../sql/binds.ts';
import { identifier } from '../../sql/identifier.ts';
import { columnOf, type ObjectPlan } from '../object-plan.ts';

/** A condition that has to hold for a row to be written; its name tells what to answer when it does not. */
export interface Check {
  /** `visible`, `edit`, `row`, `version`, `field:amount`, `reference:account`. */
  readonly name: string;
  readonly sql: string;
}

export interface CheckScope {
  readonly catalog: Catalog;
  readonly access: Access;
  /** Rights are not asked. */
  readonly asSystem: boolean;
  /** Fields that the write sets. */
  readonly fields: readonly string[];
  /** It is asked of several rows, which the statement brings along. */
  readonly many?: boolean;
  /** Look whether the records that lookups name may be read; many-row writes have done so before. */
  readonly checkReferences: boolean;
}

export function sqlScope(plan: ObjectPlan, scope: Pick<CheckScope, 'catalog' | 'access' | 'asSystem' | 'many'>, alias: string, binds: BindList): SqlScope {
  return { object: plan.object, alias, catalog: scope.catalog, access: scope.asSystem ? systemAccess : scope.access, binds, brought: scope.many === true };
}

export function createChecks(plan: ObjectPlan, scope: CheckScope, lists: readonly string[], image: string, binds: BindList): Check[] {
  return [...imageCheck('check', plan, scope, image, binds), ...fieldChecks(plan, { ...scope, fields: [...scope.fields, ...lists] }, image, binds), ...referenceChecks(plan, scope, image, binds)];
}

/** The row right on the new image, of which `known` is sure. */
export function imageCheck(right: 'check' | 'edit', plan: ObjectPlan, scope: CheckScope, image: string, binds: BindList, known: Rows = true): Check[] {
  const rights = scope.access.object(plan.name);
  const onImage = right === 'edit' ? (rights.editCheck ?? rights.edit) : rights.check;
  const sql = scope.asSystem ? undefined : rowCondition(onImage, { ...sqlScope(plan, scope, image, binds), known });
  return sql === undefined ? [] : [{ name: 'row', sql }];
}

/** Rights on fields that hold for some rows only. */
export function fieldChecks(plan: ObjectPlan, scope: CheckScope, alias: string, binds: BindList): Check[] {
  if (scope.asSystem) return [];
  const rights = scope.access.object(plan.name);
  return scope.fields.flatMap((name) => {
    const { edit } = rights.field(name);
    if (typeof edit === 'boolean' || plan.object.fields.get(name)?.type.computed) return [];
    return { name: `field:${name}`, sql: filterToSql(edit, { ...sqlScope(plan, scope, alias, binds), access: systemAccess }) };
  });
}

/** Lookups reach only what the caller may read, and nothing in the trash; the foreign key alone would tell both apart from nothing. */
export function referenceChecks(plan: ObjectPlan, scope: CheckScope, alias: string, binds: BindList): Check[] {
  if (!scope.checkReferences) return [];
  return plan.references.flatMap((field) => {
    if (!scope.fields.includes(field.name) || !field.reference || !scope.catalog.objects.has(field.reference.object)) return [];
    const own = sqlScope(plan, scope, alias, binds);
    const target = scopeAt(own, field.reference.object);
    const conditions = connectableRows(target);
    if (conditions.length === 0) return [];
    const { column } = columnOf(plan, field.name);
    const where = whereClause([`${target.alias}."id" = ${alias}.${column}`, ...conditions]);
    return { name: `reference:${field.name}`, sql: `(${alias}.${column} IS NULL OR EXISTS (SELECT 1 FROM ${identifier(target.object.table)} ${target.alias}${where}${existsEnd(own)})` };
  });
}

export function flagColumns(checks: readonly Check[]): string {
  return checks.map(({ name, sql }) => `(${sql}) IS TRUE AS ${identifier(name)}`).join(', ');
}

/** The same beside the columns of a row: under names that no field has. */
export function rowFlags(checks: readonly Check[]): string {
  return flagColumns(checks.map(({ name, sql }) => ({ name: `#${name}`, sql })));
}

export function passes(checks: readonly Check[], alias: string): string {
  return checks.map(({ name }) => rowFlag(name, alias)).join(' AND ');
}

/** Flags of a row for the answer. */
export function answeredFlags(checks: readonly Check[], alias: string): string {
  return checks.map(({ name }) => `, ${rowFlag(name, alias)} AS ${identifier(name)}`).join('');
}

export const rowFlag = (name: string, alias: string): string => `${alias}.${identifier(`#${name}`)}`;
