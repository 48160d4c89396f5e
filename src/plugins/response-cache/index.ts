import type { Plugin } from '../../kernel/plugin.ts';
import { AnswerCache } from './cache.ts';
import { cacheKey, responseCacheSettings, type ResponseCacheSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    'response-cache': true;
  }
}

/** Keeps the answers of queries in memory until a record that they may depend on changes. */
export function responseCache(given: ResponseCacheSettingsInput = {}): Plugin {
  const settings = responseCacheSettings.parse(given);
  return {
    name: 'response-cache',
    version: '1.0.0',
    description: 'Keeps answers of queries, for whom they are the same, until the change log shows that they may have changed.',
    metadata: { objectKeys: { cache: cacheKey } },
    lifecycle: {
      init({ services, events }) {
        const cache = new AnswerCache(settings, () => services.get('runtime').database);
        services.register('answers', cache);
        events.on('platform:reloaded', () => cache.forget());
      },
    },
  };
}
