import type { PluginManifest } from './manifest.ts';

/** Rooms add the phase that plugins may take part in by declaration merging. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Phases {}

/** Plugins add their name by declaration merging, so that a misspelt `requires` does not compile. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface PluginNames {}

/** Services that plugins offer each other, by name; added by declaration merging. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Services {}

export type PluginName = keyof PluginNames | (string & {});

/**
 * A plain object from a factory. Everything beyond kernel, metadata, database, resolvers and builder is one of these,
 * the platform's own features included.
 */
export interface Plugin extends Partial<Phases> {
  readonly name: PluginName;
  /** Semantic version: `1.4.0`. */
  readonly version: string;
  /** One sentence, printed by `objectos plugins`. */
  readonly description: string;
  /** Plugins that must be present; the start stops and names both when one is missing. */
  readonly requires?: readonly PluginName[];
  /** Order only: this plugin comes after those that are present. */
  readonly after?: readonly PluginName[];
  /** Versions of other plugins that this one works with, as semver ranges: `{ identity: '^1.2.0' }`. Checked when they are present. */
  readonly versions?: Readonly<Partial<Record<PluginName, string>>>;
  /** Identity of a published plugin. */
  readonly manifest?: PluginManifest;
}
