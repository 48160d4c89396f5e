import { constants } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Storage } from './storage.ts';

/** A folder of this machine, or one that several share. */
export function localStorage(directory: string): Storage {
  const pathOf = (key: string): string => join(directory, key);
  return {
    async upload(key, { path }) {
      await mkdir(dirname(pathOf(key)), { recursive: true });
      await rename(path, pathOf(key));
    },
    async download(key, range) {
      // Opened before anything is answered, so that a missing file is an error.
      const handle = await open(pathOf(key));
      return handle.createReadStream(range);
    },
    delete: (key) => rm(pathOf(key), { force: true }),
    async check() {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    },
  };
}
