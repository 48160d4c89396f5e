import type { Executor } from '@graphql-tools/utils';
import type { Preparation } from '../../builder/phase.ts';
import type { Database } from '../../database/database.ts';
import { StartupError } from '../../errors.ts';
import type { Logger } from '../../kernel/log.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import type { Remote, Remotes } from './read-remotes.ts';
import { createRemoteExecutor } from './remote/executor.ts';
import { fetchSdl, readSdl } from './remote/fetch-schema.ts';
import { keepCopy, readCopy } from './remote/schema-copy.ts';
import { readStored, storedPath } from './remote/stored-schema.ts';
import { stitchRemote, type StitchedRemote } from './schema/stitch.ts';

/** One remote service of the definitions, with its schema as it was last. */
export class Source {
  readonly remote: Remote;
  readonly #executor: Executor;
  readonly #log: Logger;
  #sdl: string | undefined;
  /** A schema that could not be made part of this API. */
  #refused: string | undefined;

  constructor(remote: Remote, log: Logger) {
    this.remote = remote;
    this.#log = log;
    this.#executor = createRemoteExecutor(remote, log);
  }

  /** Undefined as long as its schema is not known. */
  stitched(): StitchedRemote | undefined {
    return this.#sdl === undefined ? undefined : stitchRemote(this.remote, readSdl(this.#sdl), this.#executor);
  }

  /** Its schema from the service itself, else from the last known copy, else from the file beside its definition. */
  async load(database: Database, directory: string | undefined): Promise<void> {
    const { name } = this.remote;
    try {
      this.#sdl = await fetchSdl(this.remote);
      await keepCopy(database, name, this.#sdl);
    } catch (error) {
      this.#sdl = (await readCopy(database, name)) ?? (directory === undefined ? undefined : await readStored(directory, this.remote));
      this.#log.warn({ err: error, remote: name }, this.#sdl === undefined ? 'The schema of a remote service cannot be had: its fields are missing.' : 'The schema of a remote service cannot be had: the last known one is used.');
    }
  }

  /** For what is printed, which does not depend on who answers at the moment: from the file beside its definition, else from the service itself. */
  async loadToPrint(directory: string | undefined): Promise<void> {
    const { name } = this.remote;
    const stored = directory === undefined ? undefined : await readStored(directory, this.remote);
    try {
      this.#sdl = this.remote.sdl === undefined && stored !== undefined ? stored : await fetchSdl(this.remote);
    } catch (error) {
      throw new StartupError(`The schema of the remote ${name} cannot be had: ${(error as Error).message}. Once it answers, "objectos remotes fetch" stores its schema in ${storedPath(this.remote)}, and nothing asks for it any more.`, { cause: error });
    }
  }

  /** Looks whether the service has another schema, and puts it in place. One that does not fit is kept out. */
  async refresh(database: Database, rebuild: () => Promise<void>): Promise<void> {
    const { name } = this.remote;
    let sdl: string;
    try {
      sdl = await fetchSdl(this.remote);
    } catch (error) {
      this.#log.debug({ err: error, remote: name }, 'A remote service does not tell its schema.');
      return;
    }
    if (sdl === this.#sdl || sdl === this.#refused) return;
    const before = this.#sdl;
    this.#sdl = sdl;
    try {
      await rebuild();
    } catch (error) {
      this.#sdl = before;
      this.#refused = sdl;
      this.#log.error({ err: error, remote: name }, 'The new schema of a remote service does not fit: the last one stays in place.');
      return;
    }
    this.#refused = undefined;
    await keepCopy(database, name, sdl);
    this.#log.info({ remote: name }, 'A remote service has another schema, which is in place now.');
  }
}

/** Services of each state of the definitions. */
export class Sources {
  readonly #remotes = new WeakMap<Catalog, Remotes>();
  readonly #sources = new WeakMap<Catalog, readonly Source[]>();

  read(catalog: Catalog, remotes: Remotes): void {
    this.#remotes.set(catalog, remotes);
  }

  /** Learns the schemas of services, all at once. */
  async load(catalog: Catalog, { directory, database, log }: Pick<Preparation, 'directory' | 'database' | 'log'>): Promise<void> {
    const sources = this.remotes(catalog).remotes.map((remote) => new Source(remote, log));
    await Promise.all(sources.map((source) => (database ? source.load(database, directory) : source.loadToPrint(directory))));
    this.#sources.set(catalog, sources);
  }

  remotes(catalog: Catalog): Remotes {
    return this.#remotes.get(catalog) ?? { remotes: [], references: [] };
  }

  of(catalog: Catalog): readonly Source[] {
    return this.#sources.get(catalog) ?? [];
  }
}
