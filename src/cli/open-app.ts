import { createPlatform } from '../platform.ts';
import type { Platform, PlatformOptions } from '../platform.ts';
import type { Io } from './io.ts';
import { commandLog } from './terminal-log.ts';

/** The app of a folder, compiled and migrated, not serving. */
export function openApp(io: Io, directory: string, options: Partial<PlatformOptions> = {}): Promise<Platform> {
  return createPlatform({ directory, env: io.env, log: commandLog, ...options });
}
