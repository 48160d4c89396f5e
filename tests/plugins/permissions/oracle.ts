import { createHmac } from 'node:crypto';
import { derivedKey } from '../../../src/metadata/sealing.ts';
import { dealId } from './ids.ts';
import type { Condition, FieldKey, Grant, Holder, Org, Stage, Who, World } from './world.ts';

export interface Deal {
  readonly id: string;
  readonly name: string;
  readonly stage: Stage;
  readonly amount: number | null;
  readonly secret: string | null;
  readonly phone: string | null;
  readonly org: Org | null;
  readonly code: string | null;
  readonly owner: number | undefined;
  readonly parent: string | null;
  /** In their order. */
  readonly labels: readonly string[];
  readonly organization: Org | null;
}
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly weight: number | null;
  readonly deal: string;
  readonly organization: Org | null;
}
export interface Note {
  readonly id: string;
  readonly name: string;
  readonly deal: string | null;
  readonly creator: number | undefined;
  readonly trashed: boolean;
  readonly organization: Org | null;
}
export interface Label {
  readonly id: string;
  readonly name: string;
  readonly creator: number | undefined;
  readonly organization: Org | null;
}
/** All records there are. */
export interface State {
  readonly deals: readonly Deal[];
  readonly tasks: readonly Task[];
  readonly notes: readonly Note[];
  readonly labels: readonly Label[];
}
export type Kind = 'deal' | 'task' | 'note' | 'label';
export type Item = Deal | Task | Note | Label;
/** What the rules say must be; `undefined` where they leave it to the platform, which then may refuse. */
export type Verdict = boolean | undefined;

type Operation = 'select' | 'insert' | 'update' | 'delete';
const rank = { read: 0, edit: 1, full: 2 } as const;
type Level = keyof typeof rank;

/** The documented rules, one person and one record at a time, in the plainest way. */
export class Oracle {
  readonly world: World;
  readonly me: number;
  readonly state: State;

  constructor(world: World, me: number, state: State) {
    this.world = world;
    this.me = me;
    this.state = state;
  }

  reads(kind: Kind, item: Item): boolean {
    return this.sets.some((set) => this.setReads(set, kind, item));
  }

  edits(kind: Kind, item: Item): boolean {
    return this.sets.some((set) => this.setEdits(set, kind, item));
  }

  /** Whether the record may become so, by an edit. */
  mayBecome(kind: Kind, item: Item): boolean {
    if (kind !== 'deal') return this.edits(kind, item);
    const deal = item as Deal;
    return this.sets.some((set) => {
      const grant = this.grant(set, 'deal');
      return (grant.edit || grant.modifyAll) && (grant.modifyAll || ((grant.transfer || this.#shared(deal, 'edit')) && this.#policies('update', deal, true))) && this.#own(set, deal);
    });
  }

  deletes(kind: Kind, item: Item): boolean {
    return this.sets.some((set) => {
      const grant = this.grant(set, kind);
      if (grant.modifyAll) return kind !== 'deal' || this.#own(set, item as Deal);
      if (!grant.delete) return false;
      if (kind === 'task') return this.#parentOpens(item as Task, 'edit');
      if (kind !== 'deal') return this.#owns((item as Note | Label).creator, true);
      return this.#shared(item as Deal, 'full') && this.#policies('delete', item as Deal, false) && this.#own(set, item as Deal);
    });
  }

  creates(kind: Kind, item: Item): boolean {
    return this.sets.some((set) => this.setCreates(set, kind, item));
  }

  setCreates(set: number, kind: Kind, item: Item): boolean {
    const grant = this.grant(set, kind);
    if (!(grant.create || grant.modifyAll)) return false;
    if (kind === 'task') return grant.modifyAll || this.#parentOpens(item as Task, 'edit');
    if (kind !== 'deal') return true;
    return (grant.modifyAll || this.#policies('insert', item as Deal, true)) && this.#own(set, item as Deal);
  }

  /** Whether the field shows on the record, be it masked. */
  showsField(key: FieldKey, item: Item): boolean {
    const kind = kindOf(key);
    return this.sets.some((set) => this.setReads(set, kind, item) && this.setReadsField(set, key));
  }

  /** Every set that reads the object also reads the field. */
  alwaysShows(key: FieldKey): boolean {
    return this.sets.filter((set) => this.#mayRead(set, kindOf(key))).every((set) => this.setReadsField(set, key));
  }

  /** Whether the person may filter, sort or aggregate by the field. */
  mayUse(field: FieldKey | 'deal.phone', right: 'filterable' | 'sortable' | 'aggregatable'): Verdict {
    if (field === 'deal.phone') return !this.isMasked;
    const kind = kindOf(field);
    const readers = this.sets.filter((set) => this.#mayRead(set, kind));
    const has = (set: number): boolean => this.setReadsField(set, field) && (this.world.sets[set]?.fields[field]?.[right] ?? true);
    const seen = this.all(kind).filter((item) => this.reads(kind, item));
    if (!readers.some(has) || seen.some((item) => !this.showsField(field, item))) return false;
    return seen.length > 0 && readers.every(has) ? true : undefined;
  }

  /** The same for a field that no rule names: it goes with the object. */
  mayUseAny(kind: Kind): Verdict {
    if (!this.sets.some((set) => this.#mayRead(set, kind))) return false;
    return this.sees(kind) ? true : undefined;
  }

  sees(kind: Kind): boolean {
    return this.all(kind).some((item) => this.reads(kind, item));
  }

  editsField(key: FieldKey | 'deal.*', item: Item): boolean {
    return this.sets.some((set) => this.setEdits(set, kindOf(key), item) && this.setEditsField(set, key));
  }

  /** The owner may be given away by the owner, and by those with the right to transfer. */
  mayGiveAway(deal: Deal): boolean {
    return this.sets.some((set) => this.setEdits(set, 'deal', deal) && this.setEditsField(set, 'deal.*') && (this.transfers(set) || deal.owner === this.me));
  }

  transfers(set: number): boolean {
    return this.grant(set, 'deal').transfer || this.grant(set, 'deal').modifyAll;
  }

  setReadsField(set: number, key: FieldKey): boolean {
    const plan = this.world.sets[set]?.fields[key];
    if (plan) return plan.readable;
    if (kindOf(key) === 'deal' && this.world.sets[set]?.otherFields) return true;
    const { visibleTo, editableBy } = this.world.fields[key];
    if (visibleTo) return this.#names(visibleTo, set) || (editableBy !== undefined && this.#names(editableBy, set));
    return this.world.sets.every(({ fields }) => fields[key] === undefined);
  }

  setEditsField(set: number, key: FieldKey | 'deal.*'): boolean {
    const other = kindOf(key) === 'deal' ? this.world.sets[set]?.otherFields : undefined;
    if (key === 'deal.*') return other?.editable ?? true;
    const plan = this.world.sets[set]?.fields[key];
    if (plan) return plan.editable;
    if (other) return other.editable;
    const { visibleTo, editableBy } = this.world.fields[key];
    if (editableBy) return this.#names(editableBy, set);
    return visibleTo ? this.setReadsField(set, key) : this.world.sets.every(({ fields }) => fields[key] === undefined);
  }

  /** What shows of a phone number. */
  phone(value: string | null): string | null {
    const { mask } = this.world;
    if (!mask || !this.isMasked || value === null) return value;
    switch (mask.strategy) {
      case 'nullify': return null;
      case 'redact': return '••••••••';
      case 'partial': return value.length <= 3 ? '••••••••' : `${value[0]}••••••••${value.slice(-2)}`;
      case 'hash': return createHmac('sha256', derivedKey('mask')).update(`deal.phone:${value}`).digest('hex');
    }
  }

  get isMasked(): boolean {
    const { mask } = this.world;
    if (!mask) return false;
    const amOneOf = (list: readonly Holder[]): boolean => list.some(({ type, index }) => (type === 'role' ? this.#person?.role === index : this.sets.includes(index)));
    return !amOneOf(mask.exempt) && (mask.roles === undefined || amOneOf(mask.roles));
  }

  /** Where organizations are kept apart, only people of the own one are there to be seen. */
  seesPerson(person: number): boolean {
    const { tenancy, seesPeople, people } = this.world;
    const here = this.#person?.org;
    return seesPeople && this.sets.length > 0 && (!tenancy || person === this.me || (here !== undefined && people[person]?.orgs.includes(here) === true));
  }

  /** A record has to belong to some organization, where they are kept apart. */
  get mayOwnRecords(): boolean {
    return !this.world.tenancy || this.#person?.org !== undefined;
  }

  /** Labels of a deal that the person sees. */
  seenLabels({ labels }: Deal): readonly Label[] {
    return labels.flatMap((id) => this.state.labels.filter((label) => label.id === id && this.reads('label', label)));
  }

  get sets(): readonly number[] {
    return this.#person?.sets ?? [];
  }

  /** Records outside of the trash. */
  all(kind: Kind): readonly Item[] {
    return kind === 'note' ? this.notes : this.state[`${kind}s`];
  }

  get notes(): readonly Note[] {
    return this.state.notes.filter(({ trashed }) => !trashed);
  }

  dealOf(id: string | null): Deal | undefined {
    return this.state.deals.find((deal) => deal.id === id);
  }

  grant(set: number, kind: Kind): Grant {
    return this.world.sets[set]?.[kind] as Grant;
  }

  get #person() {
    return this.world.people[this.me];
  }

  #mayRead(set: number, kind: Kind): boolean {
    const { read, viewAll, modifyAll } = this.grant(set, kind);
    return read || viewAll || modifyAll;
  }

  setReads(set: number, kind: Kind, item: Item): boolean {
    const grant = this.grant(set, kind);
    const past = grant.viewAll || grant.modifyAll;
    if (!this.#mayRead(set, kind)) return false;
    if (kind === 'task') return past || this.#parentOpens(item as Task, 'read');
    if (kind !== 'deal') return past || this.#opens(kind) || this.#owns((item as Note | Label).creator, true);
    return (past || (this.#shared(item as Deal, 'read') && this.#policies('select', item as Deal, false))) && this.#own(set, item as Deal);
  }

  setEdits(set: number, kind: Kind, item: Item): boolean {
    const grant = this.grant(set, kind);
    if (!(grant.edit || grant.modifyAll)) return false;
    if (kind === 'task') return grant.modifyAll || this.#parentOpens(item as Task, 'edit');
    if (kind !== 'deal') return grant.modifyAll || this.#opens(kind) || this.#owns((item as Note | Label).creator, true);
    return (grant.modifyAll || (this.#shared(item as Deal, 'edit') && this.#policies('update', item as Deal, false))) && this.#own(set, item as Deal);
  }

  /** To read and edit. */
  #opens(kind: 'note' | 'label'): boolean {
    return kind === 'label' && this.world.labelModel === 'public_read_write';
  }

  #parentOpens({ deal: id }: Task, level: 'read' | 'edit'): boolean {
    const deal = this.dealOf(id);
    return deal !== undefined && (level === 'read' ? this.reads('deal', deal) : this.edits('deal', deal));
  }

  #names(list: readonly Holder[], set: number): boolean {
    return list.some(({ type, index }) => (type === 'set' ? index === set : index === this.#person?.role));
  }

  #own(set: number, deal: Deal): boolean {
    const policy = this.world.sets[set]?.policy;
    return policy === undefined || this.#holds(policy, deal);
  }

  #policies(operation: Operation, deal: Deal, becoming: boolean): boolean {
    const asked = this.world.policies.filter((policy) => policy.operation === operation || policy.operation === 'all');
    if (asked.length === 0) return true;
    return asked.some((policy) => (policy.role === undefined || policy.role === this.#person?.role) && this.#holds(becoming ? (policy.check ?? policy.condition) : policy.condition, deal));
  }

  #owns(owner: number | undefined, hierarchy: boolean): boolean {
    if (owner === undefined) return false;
    return owner === this.me || (hierarchy && this.#isBelow(this.world.people[owner]?.role, this.#person?.role));
  }

  #shared(deal: Deal, level: Level): boolean {
    const { model, sharing, shares } = this.world;
    const open = model === 'full' ? 'full' : model === 'public_read_write' ? 'edit' : model === 'public_read' ? 'read' : undefined;
    if (open !== undefined && rank[open] >= rank[level]) return true;
    if (this.#owns(deal.owner, true)) return true;
    if (shares.some((share) => deal.id === dealId(share.deal) && this.#is(this.me, share.with) && !share.expired && rank[share.level] >= rank[level])) return true;
    return sharing.some((rule) => {
      if (rank[rule.level] < rank[level] || !this.#is(this.me, rule.sharedWith)) return false;
      return rule.condition ? this.#holds(rule.condition, deal) : deal.owner !== undefined && this.#is(deal.owner, rule.ownedBy);
    });
  }

  #is(person: number, { type, index }: Who): boolean {
    const one = this.world.people[person];
    switch (type) {
      case 'user': return person === index;
      case 'group': return one?.inGroup === true || (one?.role !== undefined && this.world.teamRoles.includes(one.role));
      case 'role': return one?.role === index;
      case 'role_and_subordinates': return one?.role === index || this.#isBelow(one?.role, index);
    }
  }

  #isBelow(role: number | undefined, above: number | undefined): boolean {
    if (role === undefined || above === undefined) return false;
    const parent = this.world.parents[role];
    return parent === above || this.#isBelow(parent, above);
  }

  #holds(condition: Condition, deal: Deal): boolean {
    switch (condition) {
      case 'own': return deal.owner === this.me;
      case 'not own': return deal.owner !== this.me;
      case 'stage a': return deal.stage === 'a';
      case 'amount over 4': return deal.amount !== null && deal.amount > 4;
      case 'my org': return deal.org !== null && deal.org === this.#person?.org;
      case 'even amount': return deal.amount !== null && deal.amount % 2 === 0;
      case 'of role1': return this.#person?.role === 1;
      case 'below stage a': return this.dealOf(deal.parent)?.stage === 'a';
    }
  }
}

const kindOf = (key: FieldKey | 'deal.*'): Kind => key.split('.')[0] as Kind;
