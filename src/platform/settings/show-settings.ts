import type { LoadedSettings } from './load-settings.ts';
import { settingInfos } from './list-settings.ts';

export interface ShownSetting {
  readonly key: string;
  readonly env: string;
  /** As text; secrets are masked. */
  readonly value: string | undefined;
  readonly origin: string;
  readonly description: string;
}

/** All settings with value and origin, for people. */
export function showSettings({ settings, origins }: LoadedSettings): readonly ShownSetting[] {
  return settingInfos.map(({ key, path, env, secret, description }) => {
    const value = path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], settings);
    const text = toText(value);
    return { key, env, value: secret && text !== undefined && text !== '' ? mask(text) : text, origin: origins.get(key) ?? 'default', description };
  });
}

/** Addresses keep host and database, because that is what people check; user and password are hidden. */
function mask(text: string): string {
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//***@${host}${pathname}`;
  } catch {
    return '***';
  }
}

function toText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
