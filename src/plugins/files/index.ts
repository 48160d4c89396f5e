import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ObjectosError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { JobService } from '../../kernel/jobs.ts';
import { fileKinds, type FileKind } from '../../metadata/field-types/file-rules.ts';
import { fileType } from '../../metadata/field-types/file-type.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { checkValues } from './claims/check-values.ts';
import { fileFields, setting } from './claims/file-fields.ts';
import { followFiles } from './claims/follow-sql.ts';
import { removeExpired } from './clean.ts';
import { Addresses, filesPath } from './download/address.ts';
import { serveFile } from './download/serve.ts';
import { receiveFile } from './incoming/receive.ts';
import { extendWithFiles, fileField } from './schema.ts';
import { filesSettings, type FilesSettingsInput } from './settings.ts';
import { localStorage } from './storage/local.ts';
import { s3Storage } from './storage/s3.ts';
import type { Storage } from './storage/storage.ts';
import { keepFile } from './store.ts';
import { fileTables } from './tables.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    files: true;
  }
}

export interface FilesOptions extends FilesSettingsInput {
  /** Folder that `directory` is relative to. */
  readonly root?: string | undefined;
  /** Nothing outlasts the process: without a `directory`, files go into one that is removed with it. */
  readonly temporary?: boolean | undefined;
}

interface Tools {
  readonly runtime: Runtime;
  /** Asked for when it is needed: another plugin may have put its own in place. */
  readonly storage: () => Storage;
  readonly jobs: JobService;
  /** Folder through which files pass. */
  readonly incoming: string;
}

/** Keeps the contents of files: takes them with operations, gives them to records, serves them, and removes them with their record. */
export function files({ root = '.', temporary = false, ...given }: FilesOptions = {}): Plugin {
  const settings = filesSettings.parse(given);
  const addresses = new Addresses(settings.baseUrl);
  let tools: Tools | undefined;
  let temporaryDirectory: string | undefined;
  const started = (): Tools => {
    if (!tools) throw new Error('The plugin files is not initialised.');
    return tools;
  };

  return {
    name: 'files',
    version: '1.0.0',
    description: 'Keeps the contents of files, which operations bring and signed addresses show.',
    requires: ['jobs'],
    metadata: { fieldVariants: Object.keys(fileKinds).map((name) => fileType(name as FileKind, { stored: true })) },
    database: { tables: fileTables },
    schema: {
      extend: (extension) =>
        extendWithFiles(extension, async ({ id }) => {
          await keepFile(id, settings.keepHours, started().runtime.database);
          return addresses.of(id);
        }),
      field: (field, where) => fileField(field, where, () => addresses),
    },
    mutation: {
      forObject(object) {
        const checks = checkValues(object);
        return checks && { ...checks, statement: () => followFiles(object, async () => void (await started().jobs.enqueue('files.clean', {}, { key: 'files.clean' }))) };
      },
    },
    server: {
      uploads: {
        maxFiles: settings.maxFiles,
        requestTimeout: settings.requestTimeout,
        admit: requireRight,
        receive(file, context) {
          const { storage, incoming } = started();
          return receiveFile(file, { storage: storage(), directory: incoming, maxFileBytes: settings.maxFileBytes }, context);
        },
      },
      routes: [
        {
          path: `${filesPath}/*`,
          handle(request, response, { url }) {
            const { runtime, storage } = started();
            const isPublic = (object: string, name: string): boolean => {
              const field = runtime.catalog.objects.get(object)?.fields.get(name);
              return field !== undefined && setting(field, 'publicRead') === true;
            };
            return serveFile(request, response, url, { database: runtime.database, storage: storage(), addresses, isPublic });
          },
        },
      ],
    },
    lifecycle: {
      async init({ services }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        if (temporary && settings.directory === undefined) temporaryDirectory = await mkdtemp(join(tmpdir(), 'objectos-files-'));
        const directory = temporaryDirectory ?? resolve(root, settings.directory ?? '.objectos/files');
        services.register('storage', settings.s3 ? s3Storage(settings.s3) : localStorage(join(directory, 'kept')));
        tools = { runtime, storage: () => services.get('storage'), jobs, incoming: join(directory, 'incoming') };
        await addresses.open(runtime.database);
        jobs.register('files.clean', { schedule: { cron: '*/5 * * * *' }, priority: 'background', handler: ({ signal }) => removeExpired(runtime.database, services.get('storage'), signal) });
      },
      async start() {
        await started().storage().check();
      },
      async stop() {
        if (temporaryDirectory !== undefined) await rm(temporaryDirectory, { recursive: true, force: true });
      },
    },
    // Everything else goes on without the contents of files.
    health: () => started().storage().check().catch((error: unknown) => ({ status: 'degraded', message: error instanceof Error ? error.message : String(error) }) as const),
  };
}

/** Files are taken from those who may put some into a record. */
function requireRight({ access, catalog }: RequestContext): void {
  for (const object of catalog.objects.values()) {
    const rights = access.object(object.name);
    if (rights.create || rights.edit !== false) if (fileFields(object).some(({ name }) => rights.field(name).edit !== false)) return;
  }
  throw new ObjectosError('FORBIDDEN', 'You may upload no files: there is no field of files that you may write.');
}
