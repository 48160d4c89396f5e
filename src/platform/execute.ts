import { execute } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { Logger } from '../kernel/log.ts';
import type { RequestContext } from '../resolvers/request.ts';
import type { Operation, OperationAnswer } from '../resolvers/runtime.ts';
import { refusedErrors, type Documents } from '../server/documents.ts';
import { formatError } from '../server/format-errors.ts';

/** A query or mutation made inside the process. */
export type OperationRequest = Operation;

export type OperationResult = OperationAnswer;

/** Runs one operation as the server would: the same checks, the same plans, the same errors. */
export async function executeOperation({ query, variables = {}, operationName }: OperationRequest, documents: Documents, context: RequestContext, log: Logger): Promise<OperationResult> {
  const refused = (errors: readonly unknown[]): OperationResult => ({ errors: errors.map((error) => formatError(error, log)) });
  const prepared = documents.prepare(query, operationName);
  if (prepared.errors) return refused(refusedErrors(prepared, context.access));
  if (prepared.kind === 'subscription') return refused([new TypeError('A subscription needs a connection; execute takes queries and mutations.')]);
  // What JSON would leave out is absent, not null.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
  const coerced = prepared.coerce(given);
  if (coerced.errors) return refused(refusedErrors(coerced, context.access));
  try {
    const contextValue: RequestContext = { ...context, variables: coerced.variables };
    if (prepared.compiled) return JSON.parse(await prepared.compiled.execute(coerced.variables, contextValue)) as OperationResult;
    const result: ExecutionResult = await execute({
      schema: documents.engine.schema,
      document: prepared.document,
      contextValue,
      variableValues: given,
      ...(operationName !== undefined && { operationName }),
    });
    return { data: result.data ?? null, ...(result.errors && { errors: result.errors.map((error) => formatError(error, log)) }) };
  } catch (error) {
    return { data: null, ...refused([error]) };
  }
}
