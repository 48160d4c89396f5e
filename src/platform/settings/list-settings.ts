import * as z from 'zod';
import { toSnake } from '../../metadata/words.ts';
import { settingsSchema } from './schema.ts';

/** One setting: a leaf of the schema. */
export interface SettingInfo {
  /** `server.port` */
  readonly key: string;
  readonly path: readonly string[];
  /** Environment variable that sets it. */
  readonly env: string;
  /** Its value is not shown. */
  readonly secret: boolean;
  readonly description: string;
  /** How the text of an environment variable is read. */
  readonly reads: 'text' | 'number' | 'boolean' | 'list' | 'json';
}

/** Variables with a customary name; all others are made from the key: `server.requestTimeout` is OBJECTOS_SERVER_REQUEST_TIMEOUT. */
const variables: Readonly<Record<string, string>> = {
  mode: 'NODE_ENV',
  'server.port': 'PORT',
  'server.host': 'HOST',
  'database.url': 'DATABASE_URL',
  'database.dataDirectory': 'OBJECTOS_DATA_DIR',
  'log.level': 'LOG_LEVEL',
  'encryption.key': 'OBJECTOS_SECRET_KEY',
  'encryption.olderKeys': 'OBJECTOS_OLDER_SECRET_KEYS',
  'identity.samplePassword': 'OBJECTOS_SAMPLE_PASSWORD',
};
const secrets = new Set(['database.url', 'encryption.key', 'encryption.olderKeys', 'events.queues', 'events.webhooks', 'files.s3.secretAccessKey', 'identity.secret', 'identity.samplePassword', 'identity.providers', 'notifications.mail.url', 'notifications.sms.authorization', 'notifications.push.privateKey', 'notifications.slackUrl', 'notifications.teamsUrl', 'notifications.webhookSecret']);

/** All settings in order of the schema. */
export const settingInfos: readonly SettingInfo[] = listLeaves(settingsSchema, []);

function listLeaves(type: z.ZodType, path: readonly string[]): SettingInfo[] {
  const inner = unwrap(type);
  if (inner instanceof z.ZodObject) return Object.entries(inner.shape).flatMap(([name, part]) => listLeaves(part as z.ZodType, [...path, name]));
  const key = path.join('.');
  const env = variables[key] ?? `OBJECTOS_${path.map((part) => toSnake(part).toUpperCase()).join('_')}`;
  return [{ key, path, env, secret: secrets.has(key), description: type.description ?? inner.description ?? '', reads: kindOf(inner) }];
}

function unwrap(type: z.ZodType): z.ZodType {
  if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional || type instanceof z.ZodNullable) return unwrap(type.unwrap() as z.ZodType);
  return type;
}

function kindOf(type: z.ZodType): SettingInfo['reads'] {
  if (type instanceof z.ZodNumber) return 'number';
  if (type instanceof z.ZodBoolean) return 'boolean';
  if (type instanceof z.ZodArray) return type.element instanceof z.ZodObject ? 'json' : 'list';
  return type instanceof z.ZodUnion ? 'json' : 'text';
}
