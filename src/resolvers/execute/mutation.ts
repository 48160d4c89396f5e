import { createHash } from 'node:crypto';
import { getArgumentValues, isObjectType, print, type GraphQLField, type GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AccessProvider } from '../access.ts';
import { variableShape } from '../read/arguments.ts';
import { showHidden } from '../read/hidden-cells.ts';
import { withPlaces } from '../read/places.ts';
import { planContext, type OperationSource } from '../read/plan.ts';
import type { DeniedField, PlanContext } from '../read/plan-context.ts';
import { selectedFields, type SelectedField } from '../read/selection.ts';
import type { RequestContext } from '../request.ts';
import { withIdempotency } from '../write/idempotency.ts';
import type { Writer } from '../write/writer.ts';
import { payloadJson, readBefore, readsBefore, withCurrent } from './payload.ts';
import { planPayload, type PayloadPlan } from './payload-plan.ts';
import { plansPerOperation } from './query.ts';
import { tryAs, type Tried } from './try-as.ts';
import { readOptions, readWrite, structuralArguments, type MutationSource } from './write-request.ts';

/** What a mutation field answers: the JSON text of its payload, and the hidden fields in it. */
export interface MutationAnswer {
  readonly json: string;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Root fields of one mutation operation, planned once for each shape of variables and class of access. */
export class MutationRunner {
  readonly #source: OperationSource;
  readonly #mode: PlanContext['mode'];
  readonly #writer: Writer;
  readonly #access: (() => AccessProvider) | undefined;
  readonly #fields = new LRUCache<string, ReadonlyMap<string, MutationField | SelectedField>>({ max: plansPerOperation });

  constructor(source: OperationSource, mode: PlanContext['mode'], { writer, access }: { readonly writer: Writer; readonly access?: (() => AccessProvider) | undefined }) {
    this.#source = source;
    this.#mode = mode;
    this.#writer = writer;
    this.#access = access;
  }

  /** By response key, in order; `__typename` and fields with resolvers of their own as they are selected. */
  fields(request: RequestContext): ReadonlyMap<string, MutationField | SelectedField> {
    const known = this.#fields.get(this.#key(request));
    if (known) return known;
    const type = this.#source.schema.getMutationType();
    if (!isObjectType(type)) throw new Error('The schema has no Mutation type.');
    const selected = selectedFields(planContext(this.#source, request, this.#mode), type, [this.#source.operation]);
    const fields = new Map<string, MutationField | SelectedField>();
    for (const field of selected) {
      const mutation = field.field?.extensions.objectos;
      if (mutation?.kind !== 'mutation') fields.set(field.key, field);
      else fields.set(field.key, new MutationField(this.#source, field, mutation, planPayload(this.#source, field, mutation, request, this.#mode), this.#writer));
    }
    this.#fields.set(this.#key(request), fields);
    return fields;
  }

  /** Runs one of the fields, as the caller or tried as somebody else. */
  async run(field: MutationField, request: RequestContext): Promise<MutationAnswer> {
    const tried = field.triedAs(request);
    if (!tried) return field.run(request);
    const { writing, reading } = await tryAs(tried, request, this.#access?.());
    const same = this.fields(reading).get(field.selected.key);
    if (!(same instanceof MutationField)) throw new Error('The fields of an operation do not depend on who asks.');
    return same.run(reading, writing);
  }

  #key(request: RequestContext): string {
    return `${request.access.fingerprint}|${variableShape(request.variables, this.#source.structural)}`;
  }
}

/** One mutation field: the write, then the reads of its payload. */
export class MutationField {
  readonly selected: SelectedField;
  readonly #source: OperationSource;
  readonly #mutation: MutationSource;
  readonly #payload: PayloadPlan;
  readonly #writer: Writer;
  /** Whether the document names somebody else to try the write as. */
  readonly #tries: boolean;

  constructor(source: OperationSource, selected: SelectedField, mutation: MutationSource, payload: PayloadPlan, writer: Writer) {
    this.#source = source;
    this.selected = selected;
    this.#mutation = mutation;
    this.#payload = payload;
    this.#writer = writer;
    this.#tries = selected.nodes[0].arguments?.some(({ name }) => name.value === 'dryRunAs') === true;
  }

  /** As whom else the write shall be tried. */
  triedAs(request: RequestContext): Tried | undefined {
    if (!this.#tries) return undefined;
    const given = this.#given(request);
    return typeof given['dryRunAs'] === 'string' ? { userId: given['dryRunAs'], given, write: this.#mutation } : undefined;
  }

  /** `writing` is another request only where the write is tried as somebody else. */
  async run(request: RequestContext, writing = request): Promise<MutationAnswer> {
    const { field, nodes } = this.selected;
    const given = this.#given(request);
    const { dryRun, ...options } = readOptions(given);
    const key = options.idempotencyKey;
    const payload = this.#payload;
    // The writer makes its own statements one unit. Only what belongs to the same unit beyond them needs a transaction around it.
    const early = readsBefore(payload, this.#mutation);
    const together = dryRun || key !== undefined || early;
    const args = planContext(this.#source, request, 'text').args.of(field as GraphQLField<unknown, unknown>, nodes[0], structuralArguments);
    const asked = readWrite(this.#mutation, given, args, { ...options, returning: payload.returning, sole: together && !request.database.inTransaction }, request);

    const work = async (): Promise<MutationAnswer> => {
      const found: DeniedField[] = [];
      const { write, texts } = early ? await readBefore(payload, this.#source, asked, { reading: request, writing }, found) : { write: asked, texts: undefined };
      const { via } = this.#mutation;
      const result = await (via ? via.run(given, () => this.#writer.write(write, writing)) : this.#writer.write(write, writing));
      const json = await payloadJson(payload, result, given['clientMutationId'], texts, request, found);
      return showHidden(json, { denied: payload.denied, hideable: found }, [this.selected.key]);
    };
    const kept = async (repeated: string) => restored(await withIdempotency(request, repeated, requestHash(this.selected, given, this.#source, request), async () => stored(await work())), this.selected.key);
    const once = key === undefined ? work : () => kept(key);
    try {
      return together ? await request.database.transaction(once, { rollback: dryRun }) : await once();
    } catch (error) {
      throw await withCurrent(payload, error, request);
    }
  }

  #given(request: RequestContext): Readonly<Record<string, unknown>> {
    return getArgumentValues(this.selected.field as GraphQLField<unknown, unknown>, this.selected.nodes[0], request.variables);
  }
}

/** An answer as it is kept for repeats. */
function stored({ json, errors }: MutationAnswer): string {
  return JSON.stringify([json, errors]);
}

/** A repeat may stand under another response key. */
function restored(answer: string, key: string): MutationAnswer {
  const [json, errors] = JSON.parse(answer) as [string, readonly GraphQLFormattedError[]];
  return { json, errors: errors.map((error) => withPlaces(error, (path) => [key, ...path.slice(1)])) };
}

/** A repeat is the same field with the same values and the same selection, in which fragments and variables count by what they hold. */
function requestHash({ nodes, name }: SelectedField, given: Readonly<Record<string, unknown>>, { fragments }: OperationSource, { variables }: RequestContext): string {
  const texts = nodes.flatMap(({ selectionSet }) => (selectionSet ? [print(selectionSet)] : []));
  const known = new Set<string>();
  for (const text of texts) {
    for (const [, fragment] of text.matchAll(/\.\.\.\s*(\w+)/g)) {
      const definition = fragment === undefined || known.has(fragment) ? undefined : fragments[fragment];
      if (fragment === undefined || !definition) continue;
      known.add(fragment);
      texts.push(print(definition));
    }
  }
  const held = Object.entries(variables).filter(([variable]) => texts.some((text) => text.includes(`$${variable}`)));
  return createHash('sha256').update(JSON.stringify([name, given, texts, held])).digest('base64url');
}
