import { isNonNullType, type GraphQLResolveInfo } from 'graphql';
import type DataLoader from 'dataloader';
import { ObjectosError } from '../errors.ts';
import { hiddenNeedsKey } from '../resolvers/read/hidden-needs.ts';
import { needsKey } from '../resolvers/read/needs.ts';
import type { RequestContext } from '../resolvers/request.ts';
import type { RemoteField } from '../resolvers/source.ts';
import { loader, type BatchFunction } from './loaders.ts';
import type { AppliedDirective, InputFields, OutputField, TypeText } from './spec.ts';

/** Columns that a custom field asked for, by machine name, as JSON values. */
export type NeededValues = Readonly<Record<string, unknown>>;

/** The request context with batching: `context.loader('rates.today', fetchRates).load(record.currency)`. */
export type RecordFieldContext = RequestContext & {
  loader<K, V>(name: string, batch: BatchFunction<K, V, RequestContext>): DataLoader<K, V>;
};

export interface RecordFieldOptions<Args> {
  readonly type: TypeText;
  readonly description?: string;
  readonly deprecated?: string;
  readonly args?: InputFields;
  readonly directives?: readonly AppliedDirective[];
  /** Machine names of the fields that `resolve` reads. Where the caller may not read one of them, the field is null with `FORBIDDEN`. */
  readonly needs?: readonly string[];
  /** What `resolve` asks a remote service for: only those whose permission sets name it may read the field. */
  readonly remote?: RemoteField;
  /** A throw becomes an error of this field; the rest of the answer stays. */
  resolve(record: NeededValues, args: Args, context: RecordFieldContext, info: GraphQLResolveInfo): unknown;
}

/** A field with a resolver of its own on records: `recordField({ type: 'Int', needs: ['name'], resolve: ({ name }) => … })`. */
export function recordField<Args = Readonly<Record<string, unknown>>>(options: RecordFieldOptions<Args>): OutputField {
  const { type, description, deprecated, args, directives, needs = [], remote } = options;
  return {
    type,
    description,
    deprecated,
    args,
    directives,
    source: { kind: 'custom', needs, ...(remote && { remote }) },
    resolve: (parent, given, context, info) => {
      const row = parent as RowOfNeeds;
      // The planner reports it, once for all rows.
      if (row[hiddenNeedsKey]?.[String(info.path.key)] === true) return hidden(info);
      return options.resolve(row[needsKey] ?? {}, given as Args, withLoader(context), info);
    },
  };
}

interface RowOfNeeds {
  readonly [needsKey]?: NeededValues;
  readonly [hiddenNeedsKey]?: Readonly<Record<string, boolean | null>>;
}

function hidden({ returnType, parentType, fieldName }: GraphQLResolveInfo): null {
  if (isNonNullType(returnType)) throw new ObjectosError('FORBIDDEN', `You may not read ${parentType.name}.${fieldName}.`);
  return null;
}

const contexts = new WeakMap<RequestContext, RecordFieldContext>();

function withLoader(context: RequestContext): RecordFieldContext {
  let extended = contexts.get(context);
  if (extended === undefined) {
    extended = Object.create(context, { loader: { value: <K, V>(name: string, batch: BatchFunction<K, V, RequestContext>) => loader(context, name, batch) } }) as RecordFieldContext;
    contexts.set(context, extended);
  }
  return extended;
}
