import type { FragmentDefinitionNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Catalog } from '../../metadata/catalog.ts';
import type { Access } from '../access.ts';
import type { SqlScope } from '../filter/scope.ts';
import type { RequestContext } from '../request.ts';
import type { BindList } from '../sql/binds.ts';
import { objectNamed } from '../filter/scope.ts';
import type { ArgumentReader } from './arguments.ts';

export interface ReadLimits {
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
}

/** A field the caller may not read: shown as null, with one FORBIDDEN error for all its occurrences. */
export interface DeniedField {
  /** Response keys from the root; list positions are left out. */
  readonly path: readonly string[];
  readonly message: string;
  /** JSON that stands for a hidden cell instead of null. */
  readonly shownAs?: string | undefined;
}

export type RequestProblems = (request: RequestContext) => readonly GraphQLFormattedError[];

/** What all parts of one plan share. */
export interface PlanContext {
  readonly schema: GraphQLSchema;
  readonly catalog: Catalog;
  readonly access: Access;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly args: ArgumentReader;
  readonly binds: BindList;
  readonly limits: ReadLimits;
  /**
   * `text`: the statement's JSON is the response. `values`: graphql-js completes it, so rows also carry what custom fields need.
   */
  readonly mode: 'text' | 'values';
  /** Hidden whatever the rows are. */
  readonly denied: DeniedField[];
  /** Hidden on some rows: the statement marks their cells. */
  readonly hideable: DeniedField[];
  /** What is wrong with single values of a request, which the statement leaves out. */
  readonly problems: RequestProblems[];
}

/** Stops planning in `text` mode at a field that only its resolver can answer. */
export class NeedsResolvers extends Error {
  override readonly name = 'NeedsResolvers';
}

export function scopeOf(plan: PlanContext, objectName: string, alias = plan.binds.alias()): SqlScope {
  return { object: objectNamed(plan.catalog, objectName), alias, catalog: plan.catalog, access: plan.access, binds: plan.binds };
}
