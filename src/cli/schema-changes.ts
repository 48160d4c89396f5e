import { readFile } from 'node:fs/promises';
import { buildASTSchema, findBreakingChanges, findDangerousChanges, parse, type GraphQLSchema } from 'graphql';
import { StartupError } from '../errors.ts';
import type { Io } from './io.ts';

/** What clients of an earlier schema meet in a later one. */
export interface SchemaChanges {
  /** Documents that were valid no longer are, or answers have another shape. */
  readonly breaking: readonly string[];
  /** Documents stay valid; what they do may differ. */
  readonly dangerous: readonly string[];
}

export function schemaChanges(before: string, after: string): SchemaChanges {
  const [earlier, later] = [schemaOf(before), schemaOf(after)];
  const texts = (changes: readonly { readonly description: string }[]): readonly string[] => changes.map(({ description }) => description).sort();
  return { breaking: texts(findBreakingChanges(earlier, later)), dangerous: texts(findDangerousChanges(earlier, later)) };
}

/** Directives of composition are not defined in a subgraph's SDL. */
const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true, assumeValid: true });

/** Prints the changes; whether clients break. */
export function reportChanges({ breaking, dangerous }: SchemaChanges, io: Io): boolean {
  for (const text of breaking) io.out(`${io.style('red', 'breaking')} ${text}`);
  for (const text of dangerous) io.out(`${io.style('yellow', 'dangerous')} ${text}`);
  if (breaking.length + dangerous.length === 0) io.out(`${io.style('green', 'ok')} Nothing changed that clients could meet.`);
  return breaking.length > 0;
}

export async function readSdl(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartupError(`${file} cannot be read: ${(error as Error).message}`);
  });
}
