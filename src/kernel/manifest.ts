import * as z from 'zod';

export const pluginTypes = ['plugin', 'ui', 'driver', 'server', 'app', 'theme', 'agent', 'objectql', 'module', 'gateway', 'adapter'] as const;

/** What a plugin that is published says of itself, beyond the contract. */
export const pluginManifest = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/, 'must be a reverse domain name such as "com.example.invoices"')
    .describe('Reverse domain name, unique among the plugins in use.'),
  namespace: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,19}$/, 'must be 2 to 20 small letters, digits or underscores, starting with a letter')
    .describe('Prefix of what the plugin adds, unique among the plugins in use.')
    .optional(),
  type: z.enum(pluginTypes).describe('Kind of plugin, for listings.').optional(),
  label: z.string().min(1).describe('Name for people.').optional(),
  license: z.string().min(1).describe('SPDX licence expression.').optional(),
  homepage: z.url().describe('Where people read more.').optional(),
});

export type PluginManifest = z.infer<typeof pluginManifest>;
