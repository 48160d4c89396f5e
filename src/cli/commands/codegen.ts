import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeArtifacts } from '../artifacts.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';

export const codegen: CommandFactory = (io, done) =>
  appCommand('codegen', 'write what is made from the definitions: GraphQL schema, Prisma schema, editor schemas, typed operations')
    .option('--check', 'write nothing; fail when a file is not as it should be')
    .action(async ({ directory, check }: CommonOptions & { readonly check?: boolean }) => {
      const artifacts = await makeArtifacts(directory, io.env);
      const stale: string[] = [];
      for (const { path, text } of artifacts) {
        const file = join(directory, path);
        if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
        stale.push(path);
        if (check === true) continue;
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      if (check === true) {
        for (const path of stale) io.error(`${io.style('red', 'stale')} ${path}`);
        if (stale.length > 0) io.error('Run "objectos codegen" and commit the result.');
        else io.out(`${io.style('green', 'ok')} ${artifacts.length} files are current.`);
        done(stale.length > 0 ? 1 : 0);
        return;
      }
      for (const path of stale) io.out(`${io.style('green', 'wrote')} ${path}`);
      if (stale.length === 0) io.out(`${artifacts.length} files are current.`);
      done(0);
    });
