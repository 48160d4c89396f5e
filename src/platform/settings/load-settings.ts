import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { StartupError } from '../../errors.ts';
import type { Diagnostic } from '../../metadata/diagnostic.ts';
import { suggest } from '../../metadata/nearest.ts';
import { parseDocuments } from '../../metadata/source-document.ts';
import type { SourceDocument } from '../../metadata/source-document.ts';
import { settingInfos } from './list-settings.ts';
import type { SettingInfo } from './list-settings.ts';
import { settingsSchema } from './schema.ts';
import type { Settings, SettingsInput } from './schema.ts';

export const configFiles = ['objectos.config.yml', 'objectos.config.yaml', 'objectos.config.json'] as const;

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each value came from, by key: `default`, `objectos.config.yml:3`, `PORT`, `option`. */
  readonly origins: ReadonlyMap<string, string>;
}

export interface LoadSettingsOptions {
  /** Folder of the app, where the config file stands. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values given in code or as options of a command; they win. */
  readonly overrides?: SettingsInput | undefined;
}

/** Settings from options, the environment, the config file and defaults, in this order. Throws a StartupError with every problem and its place. */
export async function loadSettings({ directory, env = process.env, overrides = {} }: LoadSettingsOptions): Promise<LoadedSettings> {
  const file = await readConfig(directory);
  const raw: Record<string, unknown> = structuredClone(asRecord(file?.value));
  const origins = new Map<string, string>();
  for (const info of settingInfos) {
    const fromFile = at(raw, info.path);
    if (fromFile !== undefined) origins.set(info.key, placeOf(file, info.path));
    const text = env[info.env];
    if (text !== undefined && text !== '') {
      put(raw, info.path, readText(text, info));
      origins.set(info.key, info.env);
    }
    const given = at(overrides, info.path);
    if (given !== undefined) {
      put(raw, info.path, given);
      origins.set(info.key, 'option');
    }
    if (!origins.has(info.key)) origins.set(info.key, 'default');
  }
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) throw new StartupError(`The settings have problems:\n${parsed.error.issues.flatMap((issue) => explain(issue, file, origins)).join('\n')}`);
  return { settings: parsed.data, origins };
}

async function readConfig(directory: string): Promise<SourceDocument | undefined> {
  const found = (await Promise.all(configFiles.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8').catch(ignoreMissing) })))).filter(({ text }) => text !== undefined);
  if (found.length > 1) throw new StartupError(`There are ${found.length} config files: ${found.map(({ name }) => name).join(', ')}. Keep one.`);
  const [config] = found;
  if (config?.text === undefined) return undefined;
  const problems: Diagnostic[] = [];
  const documents = parseDocuments(config.name, config.text, problems);
  const [problem] = problems;
  if (problem) throw new StartupError(`${problem.file}:${problem.line ?? 1}:${problem.column ?? 1}  ${problem.message}`);
  const [document] = documents;
  if (documents.length > 1) throw new StartupError(`${config.name} holds ${documents.length} documents; one is expected.`);
  if (document && (typeof document.value !== 'object' || Array.isArray(document.value))) throw new StartupError(`${config.name}:1  Settings by key are expected, such as "server: { port: 4000 }".`);
  return document;
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function explain(issue: z.core.$ZodIssue, file: SourceDocument | undefined, origins: ReadonlyMap<string, string>): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${placeOf(file, [...path, key])}  ${[...path, key].join('.')} is no setting. ${hintFor([...path, key])}`);
  }
  const key = path.join('.');
  const info = settingInfos.find((candidate) => key === candidate.key || key.startsWith(`${candidate.key}.`));
  const origin = (info && origins.get(info.key)) ?? 'default';
  const place = info && origin === info.env ? info.env : origin === 'option' ? 'option' : placeOf(file, path);
  return [`${place}  ${key}: ${issue.message}. ${info?.description ?? ''}`.trimEnd()];
}

/** What was probably meant, or what is accepted, among the keys beside the wrong one. */
function hintFor(path: readonly string[]): string {
  const beside = settingInfos.filter((info) => path.slice(0, -1).every((part, index) => info.path[index] === part)).flatMap((info) => info.path[path.length - 1] ?? []);
  return suggest(path.at(-1) ?? '', [...new Set(beside)]) ?? 'Run "objectos doctor" for the list of settings.';
}

function placeOf(file: SourceDocument | undefined, path: readonly string[]): string {
  const source = file?.locate(path);
  return source ? `${source.file}:${source.line}` : (file?.file ?? configFiles[0]);
}

/** Text that does not fit stays text, so that the schema names what it expects. */
function readText(text: string, { reads }: SettingInfo): unknown {
  if (reads === 'number') return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (reads === 'boolean') return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text;
  if (reads === 'json') return readJson(text);
  return reads === 'list' ? text.split(',').map((part) => part.trim()).filter((part) => part !== '') : text;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => asRecord(part)[key], value);
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const part = asRecord(target[key]);
  target[key] = part;
  put(part, rest, value);
}
