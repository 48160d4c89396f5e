import type { Command } from 'commander';
import type { Platform } from '../platform.ts';
import type { SignInHint } from '../server/phase.ts';
import type { CommonOptions } from './command.ts';
import { appCommand, parsePort } from './command.ts';
import type { Io } from './io.ts';
import { openApp } from './open-app.ts';
import { servingLog } from './terminal-log.ts';

/** Options of the commands that serve an app. */
export interface ServingOptions extends CommonOptions {
  readonly port?: number;
  readonly acceptDataLoss?: readonly string[];
}

export interface Serving {
  readonly platform: Platform;
  readonly url: string;
  /** Milliseconds that it took. */
  readonly duration: number;
  /** What plugins say about signing in; in production they log it. */
  readonly signIn: SignInHint | undefined;
}

export function servingCommand(name: string, description: string): Command {
  return appCommand(name, description)
    .option('-p, --port <number>', 'port to listen on', parsePort)
    .option('--accept-data-loss <names...>', 'tables and columns that may go, such as contact.fax');
}

/** Serves the app of a folder while `work` runs. */
export async function serve(io: Io, { directory, port, acceptDataLoss }: ServingOptions, work: (serving: Serving) => Promise<void>): Promise<void> {
  const began = performance.now();
  const platform = await openApp(io, directory, { log: servingLog, acceptDataLoss, ...(port !== undefined && { settings: { server: { port } } }) });
  let signIn: SignInHint | undefined;
  if (platform.settings.mode !== 'production') platform.kernel.services.register('banner', { signIn: (hint) => void (signIn = hint) }, 'the command line');
  try {
    const { url } = await platform.start().catch((error: unknown) => {
      if (signIn?.newPassword !== undefined) io.out(`The password of ${signIn.addresses.join(', ')} is ${signIn.password}.`);
      throw error;
    });
    await work({ platform, url, duration: performance.now() - began, signIn });
  } finally {
    await platform.stop();
  }
}
