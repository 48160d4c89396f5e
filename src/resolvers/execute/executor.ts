import {
  execute, GraphQLError, type DocumentNode, type ExecutionResult, type FieldNode, type FragmentDefinitionNode, type GraphQLFieldResolver, type GraphQLFormattedError,
  type GraphQLSchema, type OperationDefinitionNode,
} from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { Access, AccessProvider } from '../access.ts';
import { placesOf } from '../read/places.ts';
import type { ReadLimits } from '../read/plan-context.ts';
import { refusal, type OperationSource, type QueryPlan } from '../read/plan.ts';
import type { SelectedField } from '../read/selection.ts';
import { withVariables, type RequestContext } from '../request.ts';
import type { Writer } from '../write/writer.ts';
import type { Answers } from './answers.ts';
import { splitIntrospection, type Introspection } from './introspection.ts';
import { createLinked, type LinkedResolver } from './linked.ts';
import { MutationField, MutationRunner } from './mutation.ts';
import { fragmentsOf, isCompilable, operationSource } from './operation-source.ts';
import { QueryRunner } from './query.ts';

export interface ExecutorOptions {
  readonly writer: Writer;
  readonly limits: ReadLimits;
  /** The schema as introspection shows it to callers with these rights. */
  readonly view: (access: Access) => GraphQLSchema;
  /** Says as whom else a write may be tried (`dryRunAs`); asked when one is. */
  readonly access?: (() => AccessProvider) | undefined;
  /** Asked for each query: what may answer it in the place of the database. */
  readonly answers?: (() => Answers | undefined) | undefined;
  /** Formats an error that ends one field, masking what clients must not see. */
  readonly formatError: (error: GraphQLError, context: RequestContext) => GraphQLFormattedError;
}

export interface CompiledOperation {
  /** The complete response as JSON text. `variables` are coerced against the schema. */
  execute(variables: Readonly<Record<string, unknown>>, context: RequestContext): Promise<string>;
}

type RootResolver = GraphQLFieldResolver<unknown, RequestContext>;

export interface Executor {
  /** Undefined for subscriptions. Operations made of generated fields alone run without graphql-js. */
  compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | undefined;
  /** Root resolvers of the graphql-js way, for operations that also use custom fields: the same plans. */
  readonly resolvers: { readonly query: RootResolver; readonly mutation: RootResolver; readonly linked: LinkedResolver };
}

export function createExecutor(options: ExecutorOptions): Executor {
  const denied = new WeakMap<RequestContext, readonly GraphQLFormattedError[]>();
  return {
    compile: (schema, document, operation) => compile(options, denied, schema, document, operation),
    resolvers: createResolvers(options, denied),
  };
}

/** Hidden fields of operations that graphql-js runs: it would report each row's. */
type Denied = WeakMap<RequestContext, readonly GraphQLFormattedError[]>;

function compile(options: ExecutorOptions, denied: Denied, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | undefined {
  if (operation.operation === 'subscription') return undefined;
  const source = operationSource(schema, operation, fragmentsOf(document), options.limits);
  const atomic = operation.operation === 'mutation' && operation.directives?.some((directive) => directive.name.value === 'atomic') === true;
  if (!isCompilable(source)) return generalOperation(schema, document, operation, atomic, denied, options);
  if (operation.operation === 'query') return compiledQuery(source, options);
  const runner = new MutationRunner(source, 'text', options);
  return { execute: (variables, context) => runMutation(options, runner, atomic, withVariables(context, variables)) };
}

function compiledQuery(source: OperationSource, { answers }: ExecutorOptions): CompiledOperation {
  const runner = new QueryRunner(source, 'text', answers);
  return {
    async execute(variables, context) {
      const request = withVariables(context, variables);
      const plan = runner.plan(request);
      if (plan.noData) return response('null', plan.errors);
      const { json, hidden } = await runner.answer(plan, request);
      return response(json, hidden.length === 0 ? plan.errors : [...plan.errors, ...hidden]);
    },
  };
}

async function runMutation(options: ExecutorOptions, runner: MutationRunner, atomic: boolean, request: RequestContext): Promise<string> {
  const errors: GraphQLFormattedError[] = [];
  const run = async () => {
    const members: string[] = [];
    let failed = false;
    for (const [key, field] of runner.fields(request)) {
      const text = await mutationText(options, runner, field, request, errors);
      failed ||= text === undefined;
      members.push(`${JSON.stringify(key)}:${text ?? 'null'}`);
    }
    // A field that is hidden in a payload undoes nothing.
    if (atomic && failed) throw new RolledBack();
    return `{${members.join(',')}}`;
  };
  const repeatable = () => {
    errors.length = 0;
    return run();
  };
  const data = atomic ? await request.database.transaction(repeatable).catch(ifRolledBack) : await run();
  return response(data ?? 'null', errors);
}

/** Undefined when the field failed, with its error among `errors`. */
async function mutationText(options: ExecutorOptions, runner: MutationRunner, field: MutationField | SelectedField, request: RequestContext, errors: GraphQLFormattedError[]): Promise<string | undefined> {
  // Only `__typename` has no source in a compiled operation.
  if (!(field instanceof MutationField)) return '"Mutation"';
  try {
    const answer = await runner.run(field, request);
    errors.push(...answer.errors);
    return answer.json;
  } catch (error) {
    errors.push(options.formatError(located(error, field.selected.nodes, field.selected.key), request));
    return undefined;
  }
}

/** An operation with fields of its own resolvers: graphql-js runs it, and asks the same plans for all generated fields. */
function generalOperation(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, atomic: boolean, denied: Denied, options: ExecutorOptions): CompiledOperation {
  const introspection = operation.operation === 'query' ? splitIntrospection(document, operation, fragmentsOf(document)) : undefined;
  return {
    async execute(variables, context) {
      const contextValue = withVariables(context, variables);
      let errors: readonly GraphQLFormattedError[] = [];
      const ask = (of: GraphQLSchema, part: DocumentNode) =>
        execute({ schema: of, document: part, contextValue, variableValues: variables as Record<string, unknown>, ...(operation.name && { operationName: operation.name.value }) });
      const run = async () => {
        const result = introspection ? await introspect(introspection, (part) => ask(options.view(context.access), part), (part) => ask(schema, part)) : await ask(schema, document);
        const hidden = result.data ? (denied.get(contextValue) ?? []).map((error) => placed(error, result.data)) : [];
        errors = [...(result.errors ?? []).map((error) => options.formatError(error, context)), ...hidden];
        if (atomic && result.errors !== undefined) throw new RolledBack();
        return JSON.stringify(result.data ?? null);
      };
      const data = atomic ? await context.database.transaction(run).catch(ifRolledBack) : await run();
      return response(data ?? 'null', errors);
    },
  };
}

/** Introspection is answered from what the caller may use, everything beside it from the whole schema. */
async function introspect({ schema, rest }: Introspection, shown: Ask, whole: Ask): Promise<ExecutionResult> {
  const [ofSchema, ofRest] = [await shown(schema), rest && (await whole(rest))];
  if (!ofRest) return ofSchema;
  const errors = [...(ofSchema.errors ?? []), ...(ofRest.errors ?? [])];
  const data = ofSchema.data && ofRest.data ? { ...ofSchema.data, ...ofRest.data } : null;
  return { data, ...(errors.length > 0 && { errors }) };
}

/** An error that does not know its place in lists has that of its first null. */
function placed(error: GraphQLFormattedError, data: unknown): GraphQLFormattedError {
  const keys = error.path?.filter((step) => typeof step === 'string') ?? [];
  if (keys.length !== error.path?.length) return error;
  const { first: [path] } = placesOf(data, keys, [], (cell) => cell === null);
  return path ? { ...error, path } : error;
}

type Ask = (document: DocumentNode) => ExecutionResult | Promise<ExecutionResult>;

/** Ends an atomic operation whose errors are collected already. */
class RolledBack extends Error {}

function ifRolledBack(error: unknown): undefined {
  if (!(error instanceof RolledBack)) throw error;
  return undefined;
}

function located(error: unknown, nodes: readonly FieldNode[], key: string): GraphQLError {
  if (error instanceof ObjectosError) return refusal(error, nodes, [key]);
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('Internal error', { nodes, path: [key], originalError: error instanceof Error ? error : new Error(String(error)) });
}

function response(data: string, errors: readonly GraphQLFormattedError[]): string {
  return errors.length === 0 ? `{"data":${data}}` : `{"errors":${JSON.stringify(errors)},"data":${data}}`;
}

interface Run {
  readonly plan: QueryPlan;
  readonly data: Promise<Readonly<Record<string, unknown>>>;
}

function createResolvers(options: ExecutorOptions, denied: Denied): Executor['resolvers'] {
  const runners = new WeakMap<OperationDefinitionNode, { schema: GraphQLSchema; query: QueryRunner; mutation: MutationRunner }>();
  // graphql-js makes one object of variable values per execution, so it stands for the execution.
  const runs = new WeakMap<object, Run>();

  const prepared = (info: Parameters<RootResolver>[3]) => {
    let entry = runners.get(info.operation);
    if (!entry || entry.schema !== info.schema) {
      const source = operationSource(info.schema, info.operation, info.fragments as Record<string, FragmentDefinitionNode>, options.limits);
      entry = { schema: info.schema, query: new QueryRunner(source, 'values', options.answers), mutation: new MutationRunner(source, 'values', options) };
      runners.set(info.operation, entry);
    }
    return entry;
  };

  const deny = (context: RequestContext, errors: readonly GraphQLFormattedError[]): void => {
    if (errors.length > 0) denied.set(context, [...(denied.get(context) ?? []), ...errors]);
  };

  return {
    linked: createLinked(options.limits, deny),
    async query(_parent, _args, context, info) {
      let run = runs.get(info.variableValues);
      if (!run) {
        const { query: runner } = prepared(info);
        const request = withVariables(context, info.variableValues);
        const plan = runner.plan(request);
        const data = runner.answer(plan, request).then(({ json, hidden }) => {
          deny(context, hidden);
          return JSON.parse(json) as Readonly<Record<string, unknown>>;
        });
        run = { plan, data };
        runs.set(info.variableValues, run);
      }
      const key = String(info.path.key);
      const refused = run.plan.refused.get(key);
      // Awaited even when refused, so that a failing statement never goes unhandled.
      const data = await run.data;
      if (refused) throw refused;
      return data[key];
    },
    async mutation(_parent, _args, context, info) {
      const request = withVariables(context, info.variableValues);
      const { mutation: runner } = prepared(info);
      const field = runner.fields(request).get(String(info.path.key));
      if (!(field instanceof MutationField)) throw new Error(`Mutation.${info.fieldName} has no source.`);
      const answer = await runner.run(field, request);
      deny(context, answer.errors);
      return JSON.parse(answer.json) as unknown;
    },
  };
}
