import {
  GraphQLError, Kind, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate,
  type DocumentNode, type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { ObjectosError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { systemAccess, type Access } from '../resolvers/access.ts';
import { compileCost, type Cost } from './cost.ts';
import type { CompiledOperation, GraphqlEngine } from './engine.ts';
import { checkSize } from './limits.ts';
import { limitExceeded, toGraphqlError, withCode } from './request-errors.ts';
import type { ServerSettings } from './settings.ts';
import { variableReader } from './variables.ts';

/** An operation that passed every check of its document. */
export interface PreparedOperation {
  readonly errors?: undefined;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  /** Undefined: graphql-js executes it. */
  readonly compiled: CompiledOperation | undefined;
  /** The variables coerced, or errors: values that do not fit, a page size that costs too much. */
  coerce(variables: Readonly<Record<string, unknown>>): Coerced;
}

interface Refused {
  /** Without the names of the schema that messages suggest. */
  readonly errors: readonly GraphQLError[];
  /** The same for those to whom all names are open, where messages suggest any. */
  readonly suggesting?: readonly GraphQLError[] | undefined;
}
export type Prepared = PreparedOperation | Refused;
export type Coerced = { readonly variables: Record<string, unknown>; readonly errors?: undefined } | Refused;

/** Parsed, limited, validated and compiled operations of one engine; each document text is worked on once. */
export interface Documents {
  readonly engine: GraphqlEngine;
  prepare(query: string, operationName: string | null | undefined): Prepared;
}

/** With the catalog that the engine was built from: a request sees both of one generation. */
export interface ServedDocuments extends Documents {
  readonly catalog: Catalog;
}

type Checked = { readonly document: DocumentNode; readonly operations: Map<string, Prepared> } | Refused;

export function createDocuments(engine: GraphqlEngine, settings: ServerSettings, log: Logger): Documents {
  const { schema } = engine;
  const { limits, introspection } = settings;
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  // The second bound keeps a few huge documents from filling the memory.
  const cache = new LRUCache<string, Checked>({ max: limits.documents, maxSize: 32_000_000, sizeCalculation: (_, query) => query.length + 200 });

  const check = (query: string): Checked => {
    try {
      const document = parseDocument(query, limits.tokens);
      checkSize(document, limits);
      const errors = validate(schema, document, rules, { maxErrors: 20 });
      if (errors.length > 0) return refusedWith(errors, 'GRAPHQL_VALIDATION_FAILED', introspection);
      return { document, operations: new Map() };
    } catch (error) {
      return { errors: [asGraphqlError(error, limits.depth)] };
    }
  };

  const compile = (document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | undefined => {
    try {
      return operation.operation === 'subscription' ? undefined : engine.compile?.(document, operation);
    } catch (error) {
      log.error({ err: error, operation: operation.name?.value }, 'An operation could not be compiled; graphql-js executes it.');
      return undefined;
    }
  };

  const prepare = (document: DocumentNode, operationName: string): Prepared => {
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return { errors: [operation] };
    const cost: Cost = compileCost(schema, document, operation, limits);
    const readVariables = variableReader(schema, operation);
    return {
      document,
      operation,
      kind: operation.operation,
      name: operation.name?.value,
      compiled: compile(document, operation),
      coerce(variables) {
        const { errors, coerced } = readVariables(variables);
        if (errors) return refusedWith(errors, 'BAD_REQUEST', introspection);
        const actual = cost(coerced);
        if (actual <= limits.cost) return { variables: coerced };
        return { errors: [toGraphqlError(limitExceeded('cost', limits.cost, actual, 'may fetch {actual} records, at most {maximum} are allowed. Ask for smaller pages (`first`) or for fewer lists inside lists.'))] };
      },
    };
  };

  return {
    engine,
    prepare(query, operationName) {
      let checked = cache.get(query);
      if (!checked) {
        checked = check(query);
        cache.set(query, checked);
      }
      if ('errors' in checked) return checked;
      const name = operationName ?? '';
      let prepared = checked.operations.get(name);
      if (!prepared) {
        prepared = prepare(checked.document, name);
        // Names that are not in the document are the client's and unbounded.
        if (!prepared.errors) checked.operations.set(name, prepared);
      }
      return prepared;
    },
  };
}

function parseDocument(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) {
      throw limitExceeded('tokens', maxTokens, undefined, 'has more than {maximum} tokens. Move large inputs into variables, or send several operations.');
    }
    throw withCode(error, 'GRAPHQL_PARSE_FAILED');
  }
}

function asGraphqlError(error: unknown, maximumDepth: number): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof ObjectosError) return toGraphqlError(error);
  // The parser and the rules recurse; only nesting far beyond any limit exhausts the stack.
  if (error instanceof RangeError) return toGraphqlError(limitExceeded('depth', maximumDepth, undefined, 'nests fields or values too deep, at most {maximum} levels are allowed.'));
  throw error;
}

function selectOperation(document: DocumentNode, name: string): OperationDefinitionNode | GraphQLError {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const refuse = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
  if (name !== '') return operations.find((operation) => operation.name?.value === name) ?? refuse(`The document has no operation named "${name}".`);
  const [only] = operations;
  if (!only) return refuse('The document has no operation.');
  return operations.length === 1 ? only : refuse('The document has several operations; say with `operationName` which one to run.');
}

/** Where introspection is off, messages reveal names to nobody. */
function refusedWith(errors: readonly GraphQLError[], code: ErrorCode, introspection: boolean): Refused {
  const plain = errors.map((error) => withCode(error, code, error.message.replace(/ Did you mean .*\?$/s, '')));
  const suggests = introspection && plain.some(({ message }, index) => message !== errors[index]?.message);
  return { errors: plain, ...(suggests && { suggesting: errors.map((error) => withCode(error, code)) }) };
}

/** What is told to callers with these rights. Names that introspection would not show them are not suggested. */
export function refusedErrors({ errors, suggesting }: Refused, access: Access): readonly GraphQLError[] {
  return access === systemAccess ? (suggesting ?? errors) : errors;
}
