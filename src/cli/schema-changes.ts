import { readFile } from 'node:fs/promises';
import { buildASTSchema, findBreakingChanges, findDangerousChanges, isEnumType, isInputObjectType, isInterfaceType, isObjectType, parse, type GraphQLSchema } from 'graphql';
import { StartupError } from '../errors.ts';
import type { Io } from './io.ts';

/** What clients of an earlier schema meet in a later one. */
export interface SchemaChanges {
  /** Documents that were valid no longer are, or answers have another shape. */
  readonly breaking: readonly string[];
  /** Documents stay valid; what they do may differ. */
  readonly dangerous: readonly string[];
  /** Still there, and clients shall move on: `Account.fax: Use phone.` */
  readonly deprecated: readonly string[];
}

export function schemaChanges(before: string, after: string): SchemaChanges {
  const [earlier, later] = [schemaOf(before), schemaOf(after)];
  const texts = (changes: readonly { readonly description: string }[]): readonly string[] => changes.map(({ description }) => description).sort();
  return { breaking: texts(findBreakingChanges(earlier, later)), dangerous: texts(findDangerousChanges(earlier, later)), deprecated: newlyDeprecated(earlier, later) };
}

function newlyDeprecated(earlier: GraphQLSchema, later: GraphQLSchema): readonly string[] {
  const known = new Set(deprecations(earlier).map(({ name }) => name));
  return deprecations(later).filter(({ name }) => !known.has(name)).map(({ name, reason }) => `${name}: ${reason}`).sort();
}

function deprecations(schema: GraphQLSchema): readonly { readonly name: string; readonly reason: string }[] {
  const of = (name: string, { deprecationReason: reason }: { readonly deprecationReason?: string | null | undefined }) => (typeof reason === 'string' ? [{ name, reason }] : []);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isEnumType(type)) return type.getValues().flatMap((value) => of(`${type.name}.${value.name}`, value));
    if (isInputObjectType(type)) return Object.values(type.getFields()).flatMap((field) => of(`${type.name}.${field.name}`, field));
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [...of(`${type.name}.${field.name}`, field), ...field.args.flatMap((arg) => of(`${type.name}.${field.name}(${arg.name}:)`, arg))]);
  });
}

/** Directives of composition are not defined in a subgraph's SDL. */
const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true, assumeValid: true });

/** Prints the changes; whether clients break. */
export function reportChanges({ breaking, dangerous, deprecated }: SchemaChanges, io: Io): boolean {
  for (const text of breaking) io.out(`${io.style('red', 'breaking')} ${text}`);
  for (const text of dangerous) io.out(`${io.style('yellow', 'dangerous')} ${text}`);
  for (const text of deprecated) io.out(`${io.style('yellow', 'deprecated')} ${text}`);
  if (breaking.length + dangerous.length + deprecated.length === 0) io.out(`${io.style('green', 'ok')} Nothing changed that clients could meet.`);
  return breaking.length > 0;
}

export async function readSdl(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartupError(`${file} cannot be read: ${(error as Error).message}`);
  });
}
