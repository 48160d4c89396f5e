import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeDataFolder } from '../database/data-folder.ts';
import { StartupError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import type { Catalog, CatalogField } from '../metadata/catalog.ts';
import { parseSealingKey, setSealingKey } from '../metadata/sealing.ts';
import type { App } from './load-app.ts';
import type { Settings } from './settings/schema.ts';

/**
 * Sees to it that secret fields have a key to be sealed under, and masks that hash one to hash with: where the settings name none, one is kept beside the embedded
 * data in development, and production does not start. Definitions without such fields need none.
 */
export async function requireSealingKey({ directory, settings }: Pick<App, 'directory' | 'settings'>, catalog: Catalog, log: Logger): Promise<void> {
  const { encryption, mode, database } = settings;
  checkSealingKey(settings, catalog);
  if (encryption.key !== undefined || mode !== 'development' || keyedFields(catalog).length === 0) return;
  const passing = database.dataDirectory.startsWith('memory://');
  setSealingKey(passing ? randomBytes(32) : await keyOfFolder(resolve(directory, database.dataDirectory), log));
}

/** Throws where production would have no key to seal under. */
export function checkSealingKey({ encryption, mode }: Settings, catalog: Catalog): void {
  if (encryption.key !== undefined || mode !== 'production') return;
  const keyed = keyedFields(catalog);
  if (keyed.length === 0) return;
  throw new StartupError(
    `${keyed.join(', ')} ${keyed.length === 1 ? 'needs' : 'need'} a key to encrypt or hash with, and there is none. Set OBJECTOS_SECRET_KEY to 32 bytes as base64 (openssl rand -base64 32), and keep the key: without it secret values cannot be read.`,
  );
}

/** Fields that need a key: `contact.portal_passcode` */
function keyedFields({ objects }: Catalog): readonly string[] {
  return [...objects.values()].flatMap(({ fields }) => [...fields.values()].filter((field) => field.type.sealed === true || isHashed(field)).map(({ object, name }) => `${object}.${name}`));
}

const isHashed = ({ definition }: CatalogField): boolean => (definition['maskingRule'] as { readonly strategy?: string } | undefined)?.strategy === 'hash';

async function keyOfFolder(folder: string, log: Logger): Promise<Buffer> {
  const file = join(folder, 'secret.key');
  const present = await readFile(file, 'utf8').catch(ignoreMissing);
  if (present !== undefined) return parseSealingKey(present);
  await makeDataFolder(folder);
  // Linking a complete file gives several processes that start at once the same key, and never half of one.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
    log.info({ file }, 'Made a key for secret fields and masks that hash. Without this file secret values cannot be read; in production set OBJECTOS_SECRET_KEY.');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return parseSealingKey(await readFile(file, 'utf8'));
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
