import type { Plugin } from '../kernel/plugin.ts';
import { changeLog } from './change-log/index.ts';
import { identity } from './identity/index.ts';
import type { IdentitySettingsInput } from './identity/settings.ts';
import { openAccess } from './open-access/index.ts';
import { permissions } from './permissions/index.ts';
import { seed } from './seed/index.ts';
import { users } from './users/index.ts';

export interface PlatformPluginOptions {
  readonly mode: 'development' | 'production' | 'test';
  readonly changeLog: { readonly retentionDays: number };
  readonly identity?: IdentitySettingsInput | undefined;
}

const environments = { development: 'dev', production: 'prod', test: 'test' } as const;

/** Plugins that are always on, in order. */
export function platformPlugins({ mode, changeLog: { retentionDays } }: PlatformPluginOptions): readonly Plugin[] {
  return [users(), seed({ environment: environments[mode] }), changeLog({ retentionDays })];
}

/** Plugins that an app turns on by name in `objectos.config.yml`. */
export const optionalPlugins: Readonly<Record<string, (options: PlatformPluginOptions) => Plugin>> = {
  identity,
  'open-access': openAccess,
  permissions: () => permissions(),
};
