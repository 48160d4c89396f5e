import type { Condition, Grant, Stage, Who, World } from './world.ts';

export interface Deal {
  readonly index: number;
  readonly owner: number | undefined;
  readonly stage: Stage | undefined;
  readonly amount: number | undefined;
}
type Operation = 'select' | 'insert' | 'update' | 'delete';
const rank = { read: 0, edit: 1, full: 2 } as const;
type Level = keyof typeof rank;

/** The documented rules, one person and one record at a time, in the plainest way. */
export class Oracle {
  readonly #world: World;
  readonly #me: number;

  constructor(world: World, me: number) {
    this.#world = world;
    this.#me = me;
  }

  reads(deal: Deal): boolean {
    return this.#sets.some((set) => this.#setReads(set, deal));
  }

  edits(deal: Deal): boolean {
    return this.#sets.some((set) => this.#setEdits(set, deal));
  }

  /** Whether the record may become so, by an edit. */
  mayBecome(deal: Deal): boolean {
    return this.#sets.some((set) => {
      const grant = this.#grant(set);
      return (grant.edit || grant.modifyAll) && (grant.modifyAll || ((grant.transfer || this.#shared(deal, 'edit')) && this.#policies('update', deal, true))) && this.#own(set, deal);
    });
  }

  deletes(deal: Deal): boolean {
    return this.#sets.some((set) => {
      const grant = this.#grant(set);
      return (grant.delete || grant.modifyAll) && (grant.modifyAll || (this.#shared(deal, 'full') && this.#policies('delete', deal, false))) && this.#own(set, deal);
    });
  }

  creates(deal: Deal): boolean {
    return this.#sets.some((set) => {
      const grant = this.#grant(set);
      return (grant.create || grant.modifyAll) && (grant.modifyAll || this.#policies('insert', deal, true)) && this.#own(set, deal);
    });
  }

  readsTaskOf(deal: Deal): boolean {
    return this.#sets.some((set) => {
      const grant = this.#world.sets[set]?.task as Grant;
      return grant.modifyAll || grant.viewAll || (grant.read && this.reads(deal));
    });
  }

  readsAmount(deal: Deal): boolean {
    return this.#sets.some((set) => this.#setReads(set, deal) && this.#grantsAmount(set));
  }

  readsSecret(deal: Deal): boolean {
    return this.#sets.some((set) => this.#setReads(set, deal) && this.#grantsSecret(set, 'readable'));
  }

  /** Not editable at all: refused whatever the record. */
  editsSecret(deal: Deal): boolean {
    return this.#sets.some((set) => this.#setEdits(set, deal) && this.#grantsSecret(set, 'editable'));
  }

  get #sets(): readonly number[] {
    return this.#person?.sets ?? [];
  }

  get #person() {
    return this.#world.people[this.#me];
  }

  #grant(set: number): Grant {
    return this.#world.sets[set]?.deal as Grant;
  }

  #setReads(set: number, deal: Deal): boolean {
    const grant = this.#grant(set);
    const past = grant.viewAll || grant.modifyAll;
    return (grant.read || past) && (past || (this.#shared(deal, 'read') && this.#policies('select', deal, false))) && this.#own(set, deal);
  }

  #setEdits(set: number, deal: Deal): boolean {
    const grant = this.#grant(set);
    return (grant.edit || grant.modifyAll) && (grant.modifyAll || (this.#shared(deal, 'edit') && this.#policies('update', deal, false))) && this.#own(set, deal);
  }

  #grantsAmount(set: number): boolean {
    const rule = this.#world.amountVisibleTo;
    if (!rule) return true;
    return rule.set === set || (rule.role !== undefined && rule.role === this.#person?.role);
  }

  #grantsSecret(set: number, right: 'readable' | 'editable'): boolean {
    if (this.#world.sets.every(({ secret }) => secret === undefined)) return true;
    return this.#world.sets[set]?.secret?.[right] === true;
  }

  #own(set: number, deal: Deal): boolean {
    const policy = this.#world.sets[set]?.policy;
    return policy === undefined || this.#holds(policy, deal);
  }

  #policies(operation: Operation, deal: Deal, becoming: boolean): boolean {
    const asked = this.#world.policies.filter((policy) => policy.operation === operation || policy.operation === 'all');
    if (asked.length === 0) return true;
    return asked.some((policy) => (policy.role === undefined || policy.role === this.#person?.role) && this.#holds(becoming ? (policy.check ?? policy.condition) : policy.condition, deal));
  }

  #shared(deal: Deal, level: Level): boolean {
    const { model, sharing, shares } = this.#world;
    const open = model === 'full' ? 'full' : model === 'public_read_write' ? 'edit' : model === 'public_read' ? 'read' : undefined;
    if (open !== undefined && rank[open] >= rank[level]) return true;
    if (deal.owner === this.#me) return true;
    if (deal.owner !== undefined && this.#isBelow(this.#world.people[deal.owner]?.role, this.#person?.role)) return true;
    if (shares.some((share) => share.deal === deal.index && share.person === this.#me && !share.expired && rank[share.level] >= rank[level])) return true;
    return sharing.some((rule) => {
      if (rank[rule.level] < rank[level] || !this.#is(this.#me, rule.sharedWith)) return false;
      return rule.condition ? this.#holds(rule.condition, deal) : deal.owner !== undefined && this.#is(deal.owner, rule.ownedBy);
    });
  }

  #is(person: number, { type, index }: Who): boolean {
    const one = this.#world.people[person];
    switch (type) {
      case 'user': return person === index;
      case 'group': return one?.inGroup === true;
      case 'role': return one?.role === index;
      case 'role_and_subordinates': return one?.role === index || this.#isBelow(one?.role, index);
    }
  }

  #isBelow(role: number | undefined, above: number | undefined): boolean {
    if (role === undefined || above === undefined) return false;
    const parent = this.#world.parents[role];
    return parent === above || this.#isBelow(parent, above);
  }

  #holds(condition: Condition, deal: Deal): boolean {
    switch (condition) {
      case 'own': return deal.owner === this.#me;
      case 'not own': return deal.owner !== this.#me;
      case 'stage a': return deal.stage === 'a';
      case 'amount over 4': return deal.amount !== undefined && deal.amount > 4;
    }
  }
}
