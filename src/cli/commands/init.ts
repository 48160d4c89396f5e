import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { StartupError } from '../../errors.ts';
import type { CommandFactory } from '../command.ts';
import { appTemplate } from '../app-template.ts';

export const init: CommandFactory = (io, done) =>
  new Command('init')
    .description('make a new app folder that runs')
    .argument('<folder>', 'folder to make')
    .action(async (folder: string) => {
      const directory = resolve(folder);
      const present = await readdir(directory).catch(() => []);
      if (present.some((name) => name !== '.git')) throw new StartupError(`${directory} is not empty. Choose a new folder.`);
      for (const [path, text] of Object.entries(appTemplate(basename(directory)))) {
        const file = join(directory, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        io.out(`${io.style('green', 'created')} ${join(relative(process.cwd(), directory) || '.', path)}`);
      }
      io.out(`\nNext:\n  cd ${folder}\n  npm install\n  npm run dev`);
      done(0);
    });
