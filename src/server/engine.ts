import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../resolvers/request.ts';

/**
 * What answers operations. The server asks for the current one at the start of each request, so another engine (a rebuilt
 * schema) can take its place while the process runs; documents are checked and compiled once per engine.
 */
export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  /**
   * Called once per operation of a checked document; the answer is kept with the document. Undefined when graphql-js is to
   * execute it as it is, as for subscriptions. A throw is treated like undefined and logged.
   */
  compile?(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | undefined;
}

/** A query or mutation that produces its response text itself. */
export interface CompiledOperation {
  /**
   * The complete response, `{"data":…}` or `{"data":…,"errors":…}` with errors already formatted. `variables` are coerced
   * against the schema, defaults filled in (`context.variables` are as sent). A throw becomes `{"data":null,"errors":[…]}`.
   */
  execute(variables: Readonly<Record<string, unknown>>, context: RequestContext): Promise<string>;
}
