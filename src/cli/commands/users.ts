import { Command } from 'commander';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { openApp } from '../open-app.ts';

interface ResetOptions extends CommonOptions {
  readonly withoutTwoFactor?: boolean;
}

export const users: CommandFactory = (io, done) =>
  new Command('users')
    .description('help people who cannot sign in any more')
    .addCommand(
      appCommand('reset-password', 'give a person a new password, shown once, and end all their sessions')
        .argument('<email>', 'address with which the person signs in')
        .option('--without-two-factor', 'turn two-factor authentication off too, for a lost device')
        .action(async (email: string, { directory, withoutTwoFactor = false }: ResetOptions) => {
          const platform = await openApp(io, directory);
          try {
            const { password, endedSessions } = await platform.kernel.services.get('accounts', 'objectos users').resetPassword(email, { withoutTwoFactor });
            io.out(`${email} signs in with the password ${password} from now on; it is shown only now. ${endedSessions} ${endedSessions === 1 ? 'session has' : 'sessions have'} ended.`);
          } finally {
            await platform.stop();
          }
          done(0);
        }),
    );
