import * as z from 'zod';
import type { CatalogField } from '../../metadata/catalog.ts';
import { foreignKeyShape, graphqlName } from '../../metadata/foreign-key.ts';
import type { FileKind } from '../../metadata/phase.ts';

const header = z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header');
const coordinate = z.string().regex(/^[A-Za-z_]\w*(\.([A-Za-z_]\w*|\*))?$/, 'must be a type or a field such as Query.products, or Mutation.*');
const milliseconds = (value: number, description: string) => z.int().min(1).max(600_000).default(value).describe(description);

const lookup = z.strictObject({
  field: graphqlName('field').describe('Field of Query that answers: one record for a value, or a list for a list of values.'),
  argument: graphqlName('argument').describe('Its argument that takes the value, or the list.'),
});

const linkedField = z.strictObject({
  object: z.string().min(1).describe('Object whose records the field leads to.'),
  field: z.string().min(1).describe('Its field that holds the value.'),
  key: graphqlName('field').describe('Field of the remote type with the value.'),
  many: z.boolean().default(false).describe('A page of all records with the value; the one record otherwise.'),
  description: z.string().optional(),
});

export const remoteDefinition = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be small letters, digits and underscores, beginning with a letter'),
  label: z.string().optional().describe('What people call the service.'),
  url: z.string().min(1).describe('Address that takes GraphQL over HTTP; may name variables: {{env.CATALOG_URL}}.'),
  headers: z.record(header, z.string()).default({}).describe('Headers of every request; values may name variables: Bearer {{env.CATALOG_TOKEN}}.'),
  forwardHeaders: z.array(header).default([]).describe('Headers of the caller that are passed on. Nothing else of the caller reaches the service.'),
  timeoutMs: milliseconds(10_000, 'Milliseconds that one request may take.'),
  retryPolicy: z
    .strictObject({ maxRetries: z.int().min(0).max(10).default(2), initialDelayMs: milliseconds(200, 'Milliseconds before the first, twice as many before each next.') })
    .prefault({})
    .describe('For queries that got no answer; mutations are sent once.'),
  circuitBreaker: z
    .strictObject({ failures: z.int().min(1).max(1_000).default(5).describe('Failures in a row after which the service is left alone.'), openMs: milliseconds(30_000, 'Milliseconds until one request tries again.') })
    .prefault({}),
  pollSeconds: z.int().min(0).max(86_400).default(60).describe('Seconds between looks for changes of its schema; 0 looks at the start only.'),
  sdl: z.string().min(1).optional().describe('Its schema, where it does not answer introspection.'),
  subscriptions: z.strictObject({ url: z.string().min(1).describe('Address that takes graphql-ws (wss://…), or answers with event streams as graphql-sse does (https://…).') }).optional().describe('Without it fields of Subscription stay out.'),
  namespace: graphqlName('field').optional().describe('Fields of Query and Mutation stand below a field of this name.'),
  prefix: graphqlName('type').optional().describe('Stands before the names of its types.'),
  rename: z.record(z.string().regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/, 'must be a type or a field such as Query.products'), graphqlName('type or field')).default({}).describe('Other names, by those of the service.'),
  only: z.array(coordinate).optional().describe('Root fields that are taken, by their names here; all by default.'),
  except: z.array(coordinate).default([]).describe('Fields that stay out, by their names here.'),
  lookups: z.record(graphqlName('type'), z.record(graphqlName('field'), lookup)).default({}).describe('How records of its types are found by keys, for fields of objects that lead there.'),
  fields: z.record(graphqlName('type'), z.record(graphqlName('field'), linkedField)).default({}).describe('Fields that its types get, which lead to records of objects.'),
});

export type RemoteDefinition = z.output<typeof remoteDefinition>;
export type LinkedField = z.output<typeof linkedField>;

export const remoteKind: FileKind = { suffix: 'remote', description: 'A remote GraphQL service whose fields become part of the API.', schema: remoteDefinition };

const remoteKey = z.strictObject({ remote: z.string().min(1).describe('Remote service that has the record.'), ...foreignKeyShape });
export type RemoteReference = z.output<typeof remoteKey>;

export const fieldKeys = { remote: remoteKey.optional().describe('The value is the key of a record of a remote service.') } satisfies z.ZodRawShape;

export const remoteReferenceOf = ({ definition }: CatalogField): RemoteReference | undefined => definition['remote'] as RemoteReference | undefined;

/** Whether a list of coordinates names a field. */
export function names(coordinates: readonly string[], type: string, field: string): boolean {
  return coordinates.some((each) => each === type || each === `${type}.*` || each === `${type}.${field}`);
}
