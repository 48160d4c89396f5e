import { resolveServerSettings } from '../../server/settings.ts';
import type { ServerSettings } from '../../server/settings.ts';
import type { Settings } from './schema.ts';

/** What the server is started with: its own section, and what other settings mean to it. */
export function serverSettingsOf({ mode, server, api }: Settings): ServerSettings {
  return resolveServerSettings({ ...server, production: mode === 'production', limits: { ...server.limits, pageSize: api.pageSize.default } });
}
