import type { Plugin } from '../../src/kernel/plugin.ts';
import { buildSchema } from '../../src/builder/build-schema.ts';
import type { RootResolvers } from '../../src/builder/api.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';

export const account = {
  name: 'account',
  softDelete: { enabled: true },
  fields: {
    name: { type: 'text', required: true, searchable: true },
    revenue: { type: 'currency', label: 'Revenue', inlineHelpText: 'Of the last fiscal year.', precision: 18, scale: 2 },
    stage: { type: 'select', options: ['lead', 'customer'] },
    secret_note: { type: 'text', internal: true },
  },
} as const;

export const contact = {
  name: 'contact',
  fields: { name: { type: 'text', required: true }, email: { type: 'email', unique: true }, account: { type: 'lookup', reference: 'account' } },
} as const;

const nothing: RootResolvers = { query: () => null, mutation: () => null, linked: () => () => null };

export async function build(definitions: readonly DefinitionInput[], { plugins = [], resolvers = nothing }: { readonly plugins?: readonly Plugin[]; readonly resolvers?: RootResolvers } = {}) {
  const { catalog } = await loadCatalog({ definitions, plugins });
  return buildSchema({ catalog, plugins, resolvers });
}

export function plugin(name: string, schema: NonNullable<Plugin['schema']>): Plugin {
  return { name, version: '1.0.0', description: 'Takes part in the schema.', schema };
}
