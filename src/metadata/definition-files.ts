import { readdir, readFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { StartupError } from '../errors.ts';

export interface DefinitionFile {
  /** Relative to the directory of definitions, with `/` on every system. */
  readonly file: string;
  readonly text: string;
}

/** JSON Schemas for editors may stand beside the definitions. */
const editorSchema = /\.schema\.json$/;
const definitionFile = /\.(ya?ml|json)$/i;

/** All YAML and JSON files below a folder, by path; folders and files that start with a dot are not read. */
export async function findDefinitionFiles(directory: string): Promise<readonly DefinitionFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new StartupError(`The folder of definitions ${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && definitionFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, file: path.slice(join(directory, sep).length).split(sep).join('/') }))
    .filter(({ file }) => !file.split('/').some((part) => part.startsWith('.')) && !editorSchema.test(file))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  return Promise.all(paths.map(async ({ path, file }) => ({ file, text: await readFile(path, 'utf8') })));
}

/** `objects/account.object.yml` is the `object` file of `account`; files without a kind have none. */
export function fileKind(file: string): { readonly name: string; readonly kind: string | undefined } {
  const parts = basename(file).replace(definitionFile, '').split('.');
  return { name: parts[0] ?? '', kind: parts.length > 1 ? parts.at(-1) : undefined };
}
