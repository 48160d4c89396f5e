import * as z from 'zod';

const positive = (value: number, description: string): z.ZodDefault<z.ZodNumber> => z.number().int().positive().default(value).describe(description);

export const limitSettings = z.strictObject({
  bodyBytes: positive(10_485_760, 'Largest request body and WebSocket message in bytes.'),
  tokens: positive(10_000, 'Most tokens of one document. Large inputs belong into variables.'),
  depth: positive(20, 'Deepest nesting of fields, fragments followed.'),
  aliases: positive(100, 'Most aliases of one document, fragments followed.'),
  directives: positive(100, 'Most directives of one document, fragments followed.'),
  rootFields: positive(50, 'Most root fields of one operation, fragments followed.'),
  cost: positive(250_000, 'Most records that one operation may fetch, counted as page sizes times nested page sizes.'),
  pageSize: positive(50, 'Records that a page without `first` or `last` counts in the cost.'),
  listSize: positive(10, 'Records that a plain list counts in the cost.'),
  batch: positive(10, 'Most operations of one request (an array of operations).'),
  socketOperations: positive(200, 'Most operations that one WebSocket may run at a time.'),
  documents: positive(2_000, 'Checked documents that are remembered.'),
});

export const documentSettings = z.strictObject({
  manifest: z.string().min(1).optional().describe('JSON file, relative to the app, with the documents that clients may name: texts by id, or the manifest of Apollo\'s tools.'),
  trustedOnly: z.boolean().default(false).describe('Whether only documents of the manifest are run.'),
});

export const callbackSettings = z.strictObject({
  allow: z.array(z.url({ protocol: /^https?$/ })).default([]).describe('Addresses at or below which events of subscriptions may be posted (HTTP callback protocol of routers), such as http://router:4000/callback; none by default.'),
  max: positive(10_000, 'Most subscriptions that are called back at a time.'),
  timeoutMs: positive(10_000, 'Milliseconds that the router may take to answer.'),
});

export const corsSettings = z.strictObject({
  origins: z.array(z.string().min(1)).min(1).describe('Origins that may call from a browser, such as `https://app.example.com`; `*` for all (then without credentials).'),
  credentials: z.boolean().default(false).describe('Whether browsers may send cookies.'),
  headers: z.array(z.string()).default([]).describe('Request headers allowed besides the usual ones.'),
  maxAge: positive(600, 'Seconds for which a browser keeps the permission.'),
});

/** Every setting of the server with its default; environment and config file are merged in by the platform. */
export const serverSettings = z.strictObject({
  production: z.boolean().default(false).describe('Hides what helps developers: introspection, GraphiQL, suggestions in messages.'),
  port: z.number().int().min(0).max(65_535).default(4000).describe('Port; 0 takes a free one.'),
  host: z.string().optional().describe('Address to listen on; 127.0.0.1 by default, 0.0.0.0 in production.'),
  path: z.string().regex(/^\/[^?#*]*$/).default('/graphql').describe('Path of GraphQL over HTTP and WebSocket, and of GraphiQL.'),
  introspection: z.boolean().optional().describe('Whether the schema may be queried; off in production unless set.'),
  graphiql: z.boolean().optional().describe('Whether browsers get GraphiQL; off in production unless set.'),
  requestTimeout: positive(30_000, 'Milliseconds that a query or mutation may take.'),
  shutdownDelay: z.number().int().min(0).default(0).describe('Milliseconds for which `/readyz` answers 503 at shutdown while requests are still accepted, so that a load balancer can turn away.'),
  shutdownTimeout: positive(10_000, 'Milliseconds that running requests get to finish at shutdown.'),
  connectionInitTimeout: positive(3_000, 'Milliseconds within which a WebSocket must introduce itself.'),
  keepAlive: positive(12_000, 'Milliseconds between pings to a WebSocket; one that does not answer is closed.'),
  requestLog: z.boolean().default(true).describe('Whether each request is logged at level info.'),
  cors: z.union([z.literal(false), corsSettings]).default(false).describe('Cross-origin calls from browsers; off by default.'),
  documents: documentSettings.prefault({}).describe('Documents that clients name instead of sending them.'),
  callbacks: callbackSettings.prefault({}).describe('Subscriptions whose events a router has posted to itself.'),
  limits: limitSettings.prefault({}).describe('What one request may ask for.'),
});

export type ServerSettingsInput = z.input<typeof serverSettings>;
export type LimitSettings = z.output<typeof limitSettings>;
export type CorsSettings = z.output<typeof corsSettings>;
export interface ServerSettings extends z.output<typeof serverSettings> {
  readonly host: string;
  readonly introspection: boolean;
  readonly graphiql: boolean;
}

/** Fills in defaults, those that depend on `production` included. Throws a ZodError on what is not a setting. */
export function resolveServerSettings(input: ServerSettingsInput = {}): ServerSettings {
  const settings = serverSettings.parse(input);
  return {
    ...settings,
    host: settings.host ?? (settings.production ? '0.0.0.0' : '127.0.0.1'),
    introspection: settings.introspection ?? !settings.production,
    graphiql: settings.graphiql ?? !settings.production,
  };
}
