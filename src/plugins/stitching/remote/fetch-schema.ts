import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, validateSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { OutboundError } from '../../../kernel/outbound-request.ts';
import type { Remote } from '../read-remotes.ts';
import { headersFor } from './executor.ts';
import { post } from './post.ts';

/** Directives of federation and the like need no definitions to be read. */
const lenient = { assumeValidSDL: true } as const;

/** The schema of a service as text, equal for equal schemas. Throws when it cannot be had, or is none. */
export async function fetchSdl(remote: Remote): Promise<string> {
  if (remote.sdl !== undefined) return normal(buildSchema(remote.sdl, lenient));
  const { data, errors } = await post(remote, { query: getIntrospectionQuery({ inputValueDeprecation: false }) }, { headers: headersFor(remote, undefined), retry: true });
  if (!data) throw new OutboundError(`the service does not tell its schema: ${errors?.[0]?.message ?? 'no data'}`);
  return normal(buildClientSchema(data as unknown as IntrospectionQuery));
}

export const readSdl = (sdl: string): GraphQLSchema => buildSchema(sdl, lenient);

function normal(schema: GraphQLSchema): string {
  const [problem] = validateSchema(schema);
  if (problem) throw new OutboundError(`the schema of the service is not valid: ${problem.message}`);
  return printSchema(lexicographicSortSchema(schema));
}
