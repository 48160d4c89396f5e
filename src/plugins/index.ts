import type { Plugin } from '../kernel/plugin.ts';
import { automation } from './automation/index.ts';
import type { AutomationSettingsInput } from './automation/settings.ts';
import { changeLog } from './change-log/index.ts';
import { federation } from './federation/index.ts';
import type { FederationSettingsInput } from './federation/settings.ts';
import { events } from './events/index.ts';
import type { EventsSettingsInput } from './events/settings.ts';
import { files } from './files/index.ts';
import type { FilesSettingsInput } from './files/settings.ts';
import { identity } from './identity/index.ts';
import type { IdentitySettingsInput } from './identity/settings.ts';
import { jobs } from './jobs/index.ts';
import type { JobsSettingsInput } from './jobs/settings.ts';
import { notifications } from './notifications/index.ts';
import type { NotificationsSettingsInput } from './notifications/settings.ts';
import { openAccess } from './open-access/index.ts';
import { permissions } from './permissions/index.ts';
import type { PermissionsSettingsInput } from './permissions/settings.ts';
import { realtime } from './realtime/index.ts';
import type { RealtimeSettingsInput } from './realtime/settings.ts';
import { responseCache } from './response-cache/index.ts';
import type { ResponseCacheSettingsInput } from './response-cache/settings.ts';
import { rest } from './rest/index.ts';
import type { RestSettingsInput } from './rest/settings.ts';
import { rules } from './rules/index.ts';
import type { RulesSettingsInput } from './rules/settings.ts';
import { seed } from './seed/index.ts';
import { stitching } from './stitching/index.ts';
import type { StitchingSettingsInput } from './stitching/settings.ts';
import { tenancy } from './tenancy/index.ts';
import { users } from './users/index.ts';
import { webhooks } from './webhooks/index.ts';
import type { WebhooksSettingsInput } from './webhooks/settings.ts';

export interface PlatformPluginOptions {
  readonly mode: 'development' | 'production' | 'test';
  readonly database: { readonly dataDirectory: string };
  readonly server: { readonly path: string; readonly limits: { readonly bodyBytes: number } };
  readonly automation?: AutomationSettingsInput | undefined;
  readonly changeLog: { readonly retentionDays: number };
  readonly federation?: FederationSettingsInput | undefined;
  readonly events?: EventsSettingsInput | undefined;
  readonly files?: FilesSettingsInput | undefined;
  readonly identity?: IdentitySettingsInput | undefined;
  readonly jobs?: JobsSettingsInput | undefined;
  readonly notifications?: NotificationsSettingsInput | undefined;
  readonly permissions?: PermissionsSettingsInput | undefined;
  readonly realtime?: RealtimeSettingsInput | undefined;
  readonly responseCache?: ResponseCacheSettingsInput | undefined;
  readonly rest?: RestSettingsInput | undefined;
  readonly rules?: RulesSettingsInput | undefined;
  readonly stitching?: StitchingSettingsInput | undefined;
  readonly webhooks?: WebhooksSettingsInput | undefined;
}

const environments = { development: 'dev', production: 'prod', test: 'test' } as const;

/** Plugins that are always on, in order. */
export function platformPlugins({ mode, changeLog: { retentionDays } }: PlatformPluginOptions): readonly Plugin[] {
  return [users(), seed({ environment: environments[mode] }), changeLog({ retentionDays })];
}

/** Plugins that an app turns on by name in `objectos.config.yml`; `directory` is that of the app. */
export const optionalPlugins: Readonly<Record<string, (options: PlatformPluginOptions, directory: string) => Plugin>> = {
  automation: ({ automation: settings, rules }) => automation({ ...settings, timeZone: rules?.timeZone }),
  federation,
  events: ({ events: settings }) => events(settings),
  files: ({ files: settings, database: { dataDirectory } }, directory) => files({ ...settings, root: directory, temporary: dataDirectory.startsWith('memory://') }),
  identity,
  jobs: ({ jobs: settings }) => jobs(settings),
  notifications: ({ notifications: settings, mode }) => notifications({ ...settings, mode }),
  'open-access': openAccess,
  permissions: ({ permissions: settings }) => permissions({ settings }),
  realtime: ({ realtime: settings }) => realtime(settings),
  'response-cache': ({ responseCache: settings }) => responseCache(settings),
  rest: ({ rest: settings, mode, server: { path, limits } }) => rest({ ...settings, mode, graphqlPath: path, maxBodyBytes: limits.bodyBytes }),
  rules: ({ rules: settings }) => rules(settings),
  stitching: ({ stitching: settings, mode }) => stitching({ ...settings, mode }),
  tenancy: () => tenancy(),
  webhooks: ({ webhooks: settings }) => webhooks(settings),
};
