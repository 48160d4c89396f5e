import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildSchema } from 'graphql';
import { StartupError } from '../../../errors.ts';
import type { Remote } from '../read-remotes.ts';

/** Where the schema of a service is kept, within the folder of the definitions: beside the file that defines it. */
export const storedPath = ({ name, file }: Pick<Remote, 'name' | 'file'>): string => join(dirname(file), `${name}.remote.graphql`);

/** What is kept there; undefined when nothing is. */
export async function readStored(directory: string, remote: Remote): Promise<string | undefined> {
  const file = join(directory, storedPath(remote));
  const sdl = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StartupError(`${file} cannot be read: ${error.message}`);
  });
  try {
    if (sdl !== undefined) buildSchema(sdl);
    return sdl;
  } catch (error) {
    throw new StartupError(`${file} is no schema: ${(error as Error).message} Write it anew with "objectos remotes fetch".`);
  }
}
