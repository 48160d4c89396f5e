import type { Catalog, CatalogField, CatalogLink, CatalogObject, CatalogRelation, DeleteBehavior } from '../../metadata/catalog.ts';
import { identifier } from '../sql/identifier.ts';
import type { Change, MutationPhase } from './phase.ts';
import type { NotePart, StatementPart } from './statement-part.ts';

/** A stored field as the write statements see it. */
export interface ColumnPlan {
  readonly field: CatalogField;
  /** Quoted. */
  readonly column: string;
  /** What parameters are cast to. */
  readonly castType: string;
  /** Rows hold the parsed value, the driver takes JSON text. */
  readonly isJson: boolean;
  /** Shows up in the change log: with its value, or, of confidential and internal ones, as something that changed. */
  readonly logged: boolean;
}

/** What an entry of an input stands for. */
export type InputEntry =
  | { readonly kind: 'id' }
  | { readonly kind: 'field'; readonly field: CatalogField }
  /** `categoryIds`: the whole list of a multiple lookup. */
  | { readonly kind: 'ids'; readonly relation: LinkRelation }
  | { readonly kind: 'relation'; readonly relation: CatalogRelation };

export type LinkRelation = CatalogRelation & { readonly kind: 'link' };

/** A lookup of some object that points here, and what happens to its records when one of ours goes. */
export type Referrer =
  | { readonly kind: 'column'; readonly object: string; readonly field: CatalogField; readonly onDelete: DeleteBehavior }
  | { readonly kind: 'link'; readonly object: string; readonly link: CatalogLink; readonly onDelete: DeleteBehavior };

export type HookStage = 'defaults' | 'before' | 'compute' | 'validate' | 'after' | 'followed' | 'committed';

/** All that the write path needs to know of one object, worked out once. */
export interface ObjectPlan {
  readonly object: CatalogObject;
  readonly name: string;
  /** Quoted. */
  readonly table: string;
  readonly columns: ReadonlyMap<string, ColumnPlan>;
  /** By all names that the API has for them: a field that is there under a former name too has one entry. */
  readonly inputs: ReadonlyMap<string, InputEntry>;
  /** Some inputs have several names. */
  readonly aliased: boolean;
  /** Quoted column that marks a record as deleted. */
  readonly deletedAt: string | undefined;
  readonly required: readonly CatalogField[];
  readonly defaults: readonly CatalogField[];
  /** Lookup to the organization that a record belongs to. It is the caller's, so no right to it is asked. */
  readonly organization: CatalogField | undefined;
  /** Own lookups that hold a column, and are given. */
  readonly references: readonly CatalogField[];
  /** Those of the references that make trees. */
  readonly trees: readonly CatalogField[];
  readonly referrers: readonly Referrer[];
  /** Own multiple lookups by machine name. */
  readonly links: ReadonlyMap<string, LinkRelation>;
  readonly hooks: Readonly<Record<HookStage, readonly MutationPhase[]>>;
  /** Computed fields whose changes hooks hear of, although nobody wrote the record. */
  readonly heard: ReadonlySet<string>;
  /** What plugins add to the statements that write the object. */
  readonly parts: readonly StatementPart[];
  readonly notes: readonly NotePart[];
  /** Machine names of fields whose changes stay in the log beyond its retention. */
  readonly kept: readonly string[];
  /** Some hook sees records of this object. */
  readonly hooked: boolean;
  /** What the hooks do needs no transaction. */
  readonly pure: boolean;
}

/** Plans by the names of their objects, each made when it is first asked for: by then plugins are initialised. */
export type Plans = Pick<ReadonlyMap<string, ObjectPlan>, 'get'>;

export const systemFields = ['id', 'created_at', 'created_by', 'updated_at', 'updated_by', 'version'] as const;
const isStamp = new Set<string>(systemFields);

export function planObjects(catalog: Catalog, phases: readonly MutationPhase[]): Plans {
  const referrers = referrersByTarget(catalog);
  const plans = new Map<string, ObjectPlan>();
  return {
    get(name) {
      const object = catalog.objects.get(name);
      let plan = plans.get(name);
      if (!plan && object) plans.set(name, (plan = planObject(object, catalog, referrers.get(name) ?? [], phases)));
      return plan;
    },
  };
}

export function planOf(plans: Plans, name: string): ObjectPlan {
  const plan = plans.get(name);
  if (!plan) throw new Error(`The Catalog has no object "${name}".`);
  return plan;
}

export function columnOf(plan: ObjectPlan, field: string): ColumnPlan {
  const column = plan.columns.get(field);
  if (!column) throw new Error(`${plan.name}.${field} is not stored in a column.`);
  return column;
}

/** Whether hooks look at what was written. */
export function showsImage({ hooks }: ObjectPlan, kind: Change['kind']): boolean {
  return [...hooks.after, ...hooks.committed].some(({ kinds }) => !kinds || kinds.includes(kind));
}

function planObject(object: CatalogObject, catalog: Catalog, referrers: readonly Referrer[], phases: readonly MutationPhase[]): ObjectPlan {
  const fields = [...object.fields.values()];
  const columns = columnPlans(object);
  const links = new Map<string, LinkRelation>();
  for (const relation of object.relations.values()) {
    if (relation.kind === 'link' && relation.from === 'source') links.set(relation.link.field, relation);
  }
  const organization = object.organizationField === undefined ? undefined : object.fields.get(object.organizationField);
  const own = phases.filter((phase) => !phase.objects || phase.objects.includes(object.name) || phase.objects.includes('*')).flatMap((phase) => [phase, phase.forObject?.(object, catalog) ?? []].flat());
  const hooks = {
    defaults: own.filter((phase) => phase.defaults),
    before: own.filter((phase) => phase.before),
    compute: own.filter((phase) => phase.compute),
    validate: own.filter((phase) => phase.validate),
    after: own.filter((phase) => phase.after),
    followed: own.filter((phase) => phase.followed),
    committed: own.filter((phase) => phase.committed),
  };
  // What the short way of creating and updating one record has to know.
  const writing = own.filter(({ kinds }) => !kinds || kinds.includes('create') || kinds.includes('update'));
  const parts = own.flatMap((phase) => phase.statement?.(object, catalog) ?? []);
  const notes = parts.flatMap(({ note }) => note ?? []);
  const deletedAt = object.softDelete === undefined ? undefined : columns.get(object.softDelete)?.column;
  return {
    object,
    name: object.name,
    table: identifier(object.table),
    columns,
    inputs: inputEntries(object, links),
    aliased: fields.some(({ aliases }) => aliases.length > 0),
    deletedAt,
    organization,
    required: fields.filter((field) => field.required && field !== organization && !field.system && !field.type.computed),
    defaults: fields.filter((field) => field.defaultValue !== undefined && !field.system && !field.type.computed),
    references: fields.filter((field) => field.reference && field !== organization && columns.has(field.name) && !field.system),
    trees: fields.filter((field) => field.type.acyclic === true && columns.has(field.name)),
    referrers,
    links,
    hooks,
    heard: new Set(hooks.followed.flatMap(({ hears = [] }) => hears)),
    parts,
    notes,
    kept: [...new Set(own.flatMap((phase) => phase.keeps?.(object) ?? []))],
    hooked: writing.some((phase) => [phase.defaults, phase.before, phase.compute, phase.validate, phase.after, phase.committed].some(Boolean)),
    pure: writing.every((phase) => !phase.after && (phase.pure === true || !(phase.defaults || phase.before || phase.compute || phase.validate))),
  };
}

/** Stored fields by machine name. */
export function columnPlans(object: CatalogObject): ReadonlyMap<string, ColumnPlan> {
  return new Map([...object.fields.values()].flatMap((field) => columnPlan(object, field)));
}

function columnPlan(object: CatalogObject, field: CatalogField): [string, ColumnPlan][] {
  if (field.column === undefined) return [];
  const shape = field.type.column(field);
  if (shape === undefined) return [];
  const isJson = shape.castType === 'jsonb' || shape.castType === 'json';
  // What is computed for the platform's own use says nothing that other fields do not.
  const logged = !isStamp.has(field.name) && field.name !== object.softDelete && !(field.internal && field.type.computed);
  return [[field.name, { field, column: identifier(field.column), castType: shape.castType, isJson, logged }]];
}

function inputEntries(object: CatalogObject, links: ReadonlyMap<string, LinkRelation>): ReadonlyMap<string, InputEntry> {
  const entries = new Map<string, InputEntry>();
  for (const relation of object.relations.values()) entries.set(relation.name, { kind: 'relation', relation });
  const relationOf = new Map([...object.relations.values()].flatMap((relation) => (relation.kind === 'one' ? [[relation.field, relation] as const] : [])));
  for (const field of object.fields.values()) {
    const link = links.get(field.name);
    const entry: InputEntry = link ? { kind: 'ids', relation: link } : { kind: 'field', field };
    const along = entries.get((link ?? relationOf.get(field.name))?.name ?? '');
    entries.set(field.graphqlName, entry);
    for (const { graphqlName, relation } of field.aliases) {
      entries.set(graphqlName, entry);
      if (relation !== undefined && along) entries.set(relation, along);
    }
  }
  entries.set('id', { kind: 'id' });
  return entries;
}

function referrersByTarget(catalog: Catalog): ReadonlyMap<string, Referrer[]> {
  const found = new Map<string, Referrer[]>();
  const add = (target: string, referrer: Referrer) => found.set(target, [...(found.get(target) ?? []), referrer]);
  for (const object of catalog.objects.values()) {
    for (const field of object.fields.values()) {
      if (!field.reference || field.column === undefined || !catalog.objects.has(field.reference.object)) continue;
      add(field.reference.object, { kind: 'column', object: object.name, field, onDelete: field.reference.onDelete });
    }
  }
  for (const link of catalog.links) add(link.target, { kind: 'link', object: link.object, link, onDelete: link.onDelete });
  return found;
}
