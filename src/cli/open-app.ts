import { createPlatform } from '../platform.ts';
import type { Platform, PlatformOptions } from '../platform.ts';
import type { Io } from './io.ts';

/** The app of a folder, compiled and migrated, not serving; for commands that answer on standard output, so only warnings are logged. */
export function openApp(io: Io, directory: string, options: Partial<PlatformOptions> = {}): Promise<Platform> {
  return createPlatform({ directory, env: io.env, ...options });
}
