import { suggest } from '../nearest.ts';
import type { Path } from '../source-document.ts';

/** A text with values of the environment in their places. Throws MissingVariable when it is asked for and one is not set. */
export type EnvText = () => string;

export interface Env {
  /** The setting that lists them: `webhooks.env`. */
  readonly setting: string;
  /** Variables that definitions may name. */
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** The variables that a setting names, as this process has them. */
export const environment = (setting: string, names: readonly string[]): Env => ({ setting, names, values: Object.fromEntries(names.map((name) => [name, process.env[name]])) });

/** A definition names a variable that the process has not. */
export class MissingVariable extends Error {}

const places = /\{\{\s*env\.([^{}\s]+)\s*\}\}/gi;

interface Problems {
  error(path: Path, message: string, hint?: string): void;
}

/** A text of a definition with places for variables of the environment; reports those that the settings do not name. */
export function envText(text: string, env: Env, problems: Problems, path: Path): EnvText {
  for (const [, name = ''] of text.matchAll(places)) {
    if (!env.names.includes(name)) problems.error(path, `"{{env.${name}}}" is not among the variables that definitions may name here`, suggest(name, env.names) ?? `Add ${name} to the setting ${env.setting}.`);
  }
  return () => text.replaceAll(places, (_, name: string) => {
    const value = env.values[name];
    if (value === undefined || value === '') throw new MissingVariable(`the environment variable ${name} is not set`);
    return value;
  });
}

export const namesVariable = (text: string): boolean => text.search(places) >= 0;
