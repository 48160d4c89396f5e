import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { StartupError } from '../errors.ts';

/** Makes the folder of the embedded data where it is missing, and makes sure that it can be written. */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(`The data folder ${folder} cannot be written${code === undefined ? '' : ` (${code})`}. Choose another folder (OBJECTOS_DATA_DIR), or use a PostgreSQL server (DATABASE_URL).`, { cause: error });
  }
}
