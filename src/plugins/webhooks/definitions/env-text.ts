import type { Reader } from '../../../metadata/definitions/reader.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { EnvText } from '../webhook.ts';

export interface Env {
  /** Variables that definitions may name. */
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** A definition names a variable that the process has not. */
export class MissingVariable extends Error {}

const places = /\{\{\s*env\.([^{}\s]+)\s*\}\}/gi;

/** A text of a definition with places for variables of the environment; reports those that the settings do not name. */
export function envText(text: string, env: Env, reader: Reader, path: readonly string[]): EnvText {
  for (const [, name = ''] of text.matchAll(places)) {
    if (!env.names.includes(name)) reader.error(path, `"{{env.${name}}}" is not among the variables that webhooks may name`, suggest(name, env.names) ?? `Add ${name} to the setting webhooks.env.`);
  }
  return () => text.replaceAll(places, (_, name: string) => {
    const value = env.values[name];
    if (value === undefined || value === '') throw new MissingVariable(`the environment variable ${name} is not set`);
    return value;
  });
}

export const namesVariable = (text: string): boolean => text.search(places) >= 0;
