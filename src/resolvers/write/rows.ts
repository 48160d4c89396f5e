import type { ObjectPlan, LinkRelation } from './object-plan.ts';
import type { Change } from './phase.ts';
import type { Path } from './problems.ts';
import type { WriteNode } from './read-input.ts';
import type { Note, NotePart } from './statement-part.ts';

export type Values = Record<string, unknown>;
/** A stored record under machine names, in the form JSON shows. */
export type Image = Readonly<Values>;

/** New list of a multiple lookup. */
export interface LinkChange {
  readonly relation: LinkRelation;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Change of a multiple lookup that comes from elsewhere: from its other side, or because a target goes. */
export interface LinkStep {
  readonly relation: LinkRelation;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** One record about to be written, on its way through the stages. */
export interface Row {
  readonly plan: ObjectPlan;
  readonly kind: Change['kind'];
  readonly id: string;
  readonly path: Path;
  /** Index of the row of the request that this one belongs to. */
  readonly root: number;
  values: Values;
  previous: Image | undefined;
  readonly node: WriteNode | undefined;
  readonly ifVersion: number | undefined;
  /** The record must hold this value: a child that has to belong to its parent. */
  readonly guard: { readonly field: string; readonly value: string } | undefined;
  /** Done on behalf of the definitions (cascade), not of the caller: no rights are asked. */
  readonly asSystem: boolean;
  /** For delete: remove the row although the object keeps a trash. */
  readonly purge: boolean;
  /** Lookups whose record is known to be there: no need to look for it. */
  readonly settled: Set<string>;
  readonly linkSteps: readonly LinkStep[];
  links: readonly LinkChange[];
  /** Fields of which a value was given and refused, when nothing else is wrong with the record. */
  refused: ReadonlySet<string> | undefined;
  /** What parts of plugins compute the row's columns from, under their own names. */
  computed: Values;
  /** What is kept of the row beside it. */
  notes: ReadonlyMap<NotePart, Note>;
  change: Change | undefined;
  /** The stored row after the write; only when a hook wants it. */
  written: Image | undefined;
  /** False when nothing changed. */
  touched: boolean;
}

/** Fields that the write sets, with its multiple lookups. */
export function fieldsSet({ values, node, linkSteps }: Row): readonly string[] {
  const along = (node?.manys ?? []).flatMap(({ relation }) => (relation.kind === 'link' && relation.from === 'source' ? [relation.link.field] : []));
  return [...Object.keys(values), ...along, ...linkSteps.map(({ relation }) => relation.link.field)];
}

const noNotes: ReadonlyMap<NotePart, Note> = new Map();

export type NewRow = Pick<Row, 'plan' | 'kind' | 'id' | 'path' | 'root'> & Partial<Row>;

export function newRow(row: NewRow): Row {
  return {
    values: row.node?.values ?? {},
    previous: undefined,
    node: undefined,
    ifVersion: undefined,
    guard: undefined,
    asSystem: false,
    purge: false,
    settled: new Set(),
    linkSteps: [],
    links: [],
    refused: undefined,
    computed: {},
    notes: noNotes,
    change: undefined,
    written: undefined,
    touched: false,
    ...row,
  };
}
