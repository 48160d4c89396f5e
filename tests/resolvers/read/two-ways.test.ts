import { resolve } from 'node:path';
import fc from '../../support/fast-check.ts';
import { execute, getVariableValues, Kind, parse, validate, type OperationDefinitionNode } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { createPlatform, type Platform } from '../../../src/platform.ts';
import { ObjectosError } from '../../../src/errors.ts';
import { systemAccess } from '../../../src/resolvers/access.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { createExecutor } from '../../../src/resolvers/execute/executor.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { createLog } from '../../../src/server/log.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { generatedQueries } from './generate-query.ts';

const now = new Date('2026-06-15T12:00:00.000Z');

describeEachDatabase('the database’s text and graphql-js give the same answer', (open) => {
  let platform: Platform;
  let database: Database;
  let statements = 0;

  beforeAll(async () => {
    const real = await open();
    database = Object.assign(Object.create(real) as Database, {
      query: (statement: Parameters<Database['query']>[0]) => {
        statements += 1;
        return real.query(statement);
      },
    });
    platform = await createPlatform({
      directory: resolve(import.meta.dirname, '../../..'), database: real, env: {}, log: createLog({ level: 'silent' }),
      settings: { mode: 'test', server: { port: 0 } },
    });
    await platform.kernel.start();
  }, 120_000);

  it('for generated queries over the sample app, in one statement each', async () => {
    const { schema, catalog, writer } = platform;
    const executor = createExecutor({ writer, limits: { defaultPageSize: 5, maxPageSize: 100 }, view: () => schema, formatError: (error) => error.toJSON() });
    const context = (variables: Record<string, unknown>): RequestContext => ({ requestId: 'test', caller: systemCaller, access: systemAccess, now, variables, catalog, database, signal: undefined });
    // Fields with a resolver of their own make statements of their own.
    const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name, extensions }) => (extensions.objectos === undefined || extensions.objectos.kind === 'custom' ? [] : [name]));
    const outcome = async (work: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof ObjectosError) return error.code;
        throw error;
      }
    };

    await fc.assert(
      fc.asyncProperty(generatedQueries(schema, roots), async ({ document: text, variables }) => {
        const document = parse(text);
        // Aliases never collide; what is left to refuse are input objects without entries.
        expect(validate(schema, document)).toEqual([]);
        const operation = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode;
        const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
        if (!coerced) return;
        const compiled = executor.compile(schema, document, operation);
        expect(compiled).toBeDefined();

        statements = 0;
        const direct = await outcome(async () => JSON.parse((await compiled?.execute(coerced, context(coerced))) ?? '') as unknown);
        expect(statements).toBeLessThanOrEqual(1);
        const general = await outcome(async () => {
          const result = await execute({ schema, document, contextValue: context({}), variableValues: variables });
          const failure = result.errors?.find((error) => error.originalError)?.originalError;
          if (failure && !(failure instanceof ObjectosError)) throw failure;
          return JSON.parse(JSON.stringify(result)) as unknown;
        });
        expect(shape(direct)).toEqual(shape(general));
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 250) },
    );
  }, 120_000);
});

/** Data as it is, errors by code: where one error ends all fields, graphql-js reports it once per field. */
function shape(result: unknown): unknown {
  if (typeof result === 'string') return { data: null, codes: [result] };
  const { data, errors = [] } = result as { data: unknown; errors?: { extensions?: { code?: string } }[] };
  return { data, codes: [...new Set(errors.map((error) => error.extensions?.code))] };
}
