import * as z from 'zod';
import { automationSettings } from '../../plugins/automation/settings.ts';
import { federationSettings } from '../../plugins/federation/settings.ts';
import { eventsSettings } from '../../plugins/events/settings.ts';
import { filesSettings } from '../../plugins/files/settings.ts';
import { identitySettings } from '../../plugins/identity/settings.ts';
import { jobsSettings } from '../../plugins/jobs/settings.ts';
import { notificationsSettings } from '../../plugins/notifications/settings.ts';
import { permissionsSettings } from '../../plugins/permissions/settings.ts';
import { realtimeSettings } from '../../plugins/realtime/settings.ts';
import { responseCacheSettings } from '../../plugins/response-cache/settings.ts';
import { restSettings } from '../../plugins/rest/settings.ts';
import { rulesSettings } from '../../plugins/rules/settings.ts';
import { stitchingSettings } from '../../plugins/stitching/settings.ts';
import { webhooksSettings } from '../../plugins/webhooks/settings.ts';
import { changeRetentionDays } from '../../resolvers/write/change-log/prune-changes.ts';
import { limitSettings, serverSettings } from '../../server/settings.ts';

const milliseconds = (value: number, description: string) => z.int().min(1).max(86_400_000).default(value).describe(description);

export const modes = ['development', 'production', 'test'] as const;

/** Every setting with its default. Each is a key of `objectos.config.yml` and an environment variable; the variable wins. */
export const settingsSchema = z.strictObject({
  mode: z.enum(modes).default('development').describe('How the platform runs; production hides GraphiQL, introspection and details of errors, and never writes migrations.'),
  server: serverSettings
    .omit({ production: true, limits: true })
    .extend({ limits: limitSettings.omit({ pageSize: true }).prefault({}) })
    .prefault({}),
  api: z
    .strictObject({
      pageSize: z
        .strictObject({
          default: z.int().min(1).max(100_000).default(50).describe('Records of a page that says neither first nor last.'),
          max: z.int().min(1).max(100_000).default(500).describe('Largest page that may be asked for.'),
        })
        .prefault({}),
    })
    .prefault({}),
  database: z
    .strictObject({
      url: z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres://').optional().describe('PostgreSQL server; absent: the embedded database.'),
      dataDirectory: z.string().min(1).default('.objectos/data').describe('Folder of the embedded database, relative to the app; memory:// keeps nothing.'),
      schema: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'must consist of letters, digits and underscores').optional().describe("PostgreSQL schema that holds all tables; absent: the server's search path."),
      poolSize: z.int().min(1).max(1000).default(10).describe('Connections to PostgreSQL at most.'),
      statementTimeout: milliseconds(30_000, 'Milliseconds that one statement may take.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info').describe('Least severe messages that are written.'),
    })
    .prefault({}),
  changeLog: z
    .strictObject({
      retentionDays: z.int().min(0).max(36_500).default(changeRetentionDays).describe('Days for which changes stay in the change log; 0 keeps them for ever.'),
    })
    .prefault({}),
  encryption: z
    .strictObject({
      key: z.string().min(1).optional().describe('Key that fields of type secret are encrypted under: 32 bytes as base64 (openssl rand -base64 32) or hexadecimal. Masks that hash use it too. Without it, development keeps one in the data folder, and production does not start when there are such fields.'),
      olderKeys: z.array(z.string().min(1)).default([]).describe('Former keys, which still open what was encrypted under them.'),
    })
    .prefault({}),
  automation: automationSettings.prefault({}),
  federation: federationSettings.prefault({}),
  events: eventsSettings.prefault({}),
  files: filesSettings.prefault({}),
  identity: identitySettings.prefault({}),
  jobs: jobsSettings.prefault({}),
  notifications: notificationsSettings.prefault({}),
  permissions: permissionsSettings.prefault({}),
  realtime: realtimeSettings.prefault({}),
  responseCache: responseCacheSettings.prefault({}),
  rest: restSettings.prefault({}),
  rules: rulesSettings.prefault({}),
  stitching: stitchingSettings.prefault({}),
  webhooks: webhooksSettings.prefault({}),
  codegen: z
    .strictObject({
      documents: z.array(z.string().min(1)).default([]).describe('Folders, relative to the app, whose *.graphql files become typed operations.'),
      manifest: z.string().regex(/\.json$/, 'must end with .json').optional().describe('File that the documents are written to by their SHA-256, for server.documents.manifest and for clients that send the hash alone.'),
      output: z.string().regex(/\.ts$/, 'must end with .ts').default('operations.generated.ts').describe('File that typed operations are written to.'),
    })
    .prefault({}),
  plugins: z.array(z.string().min(1)).default([]).describe('Plugins beyond those that are always on: a name of the platform, or a file of the app such as ./plugins/loyalty.ts.'),
});

export type Settings = z.output<typeof settingsSchema>;

/** Settings as given, all of them optional. */
export type SettingsInput = z.input<typeof settingsSchema>;
