import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { scalarTypes } from '../builder/scalar-types.ts';

export interface DocumentFile {
  readonly path: string;
  readonly text: string;
}

/** TypeScript of GraphQL documents: types of variables and results, and a typed document for each operation. */
export async function printOperations(sdl: string, documents: readonly DocumentFile[]): Promise<string> {
  const text = await codegen({
    filename: 'operations.generated.ts',
    schema: parse(sdl),
    documents: documents.map(({ path, text: source }) => ({ location: path, document: parse(source), rawSDL: source })),
    pluginMap: { operations, typedDocumentNode },
    plugins: [{ operations: {} }, { typedDocumentNode: {} }],
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      enumType: 'string-literal',
      skipTypename: true,
      defaultScalarType: 'unknown',
      strictScalars: false,
      scalars: scalarTypes,
    },
  });
  return text;
}
