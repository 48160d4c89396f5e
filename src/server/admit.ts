import { ObjectosError } from '../errors.ts';
import type { OperationContext } from './context.ts';
import { refusedErrors, type PreparedOperation } from './documents.ts';
import type { ServerPhase } from './phase.ts';
import { RequestRefused } from './request-errors.ts';

export type OperationHook = NonNullable<ServerPhase['operation']>;

/** The last checks before an operation runs: variables, cost, plugins. Coerces the context's variables; a throw refuses the operation. */
export async function admit(prepared: PreparedOperation, context: OperationContext, hooks: readonly OperationHook[]): Promise<Record<string, unknown>> {
  const coerced = prepared.coerce(context.variables);
  if (coerced.errors) throw new RequestRefused(refusedErrors(coerced, context.access));
  context.variables = coerced.variables;
  if (hooks.length > 0) {
    const info = { kind: prepared.kind, name: prepared.name, document: prepared.document, transport: context.request.transport };
    for (const hook of hooks) await hook(info, context);
  }
  return coerced.variables;
}

export const timedOut = (milliseconds: number): ObjectosError => new ObjectosError('TIMEOUT', `The operation did not end within ${milliseconds} ms.`);
