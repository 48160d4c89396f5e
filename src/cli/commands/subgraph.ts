import { Command, InvalidArgumentError } from 'commander';
import { parse } from 'graphql';
import { StartupError } from '../../errors.ts';
import { isSubgraph, printSubgraph } from '../../plugins/federation/index.ts';
import { compileApp } from '../compile-app.ts';
import { appCommand, type CommandFactory, type CommonOptions } from '../command.ts';
import type { Io } from '../io.ts';
import { readSdl, reportChanges, schemaChanges } from '../schema-changes.ts';

interface OtherSubgraph {
  readonly name: string;
  readonly file: string;
}

interface CheckOptions extends CommonOptions {
  readonly name: string;
  readonly with?: readonly OtherSubgraph[];
  readonly against?: string;
}

export const subgraph: CommandFactory = (io, done) =>
  new Command('subgraph')
    .description('the API as a subgraph of a supergraph')
    .addCommand(
      appCommand('print', 'write the subgraph as SDL to the standard output').action(async ({ directory }: CommonOptions) => {
        io.out((await printed(directory, io)).trimEnd());
        done(0);
      }),
    )
    .addCommand(
      appCommand('check', 'compose it with the other subgraphs, and compare it with an earlier version; ends with 1 when either fails')
        .option('--name <subgraph>', 'name of this subgraph in the supergraph', 'objectos')
        .option('--with <name=file>', 'another subgraph as SDL; may be given several times', readOther)
        .option('--against <file>', 'an earlier version of this subgraph as SDL')
        .action(async (options: CheckOptions) => {
          const sdl = await printed(options.directory, io);
          const composes = await compose(sdl, options, io);
          const breaks = options.against !== undefined && reportChanges(schemaChanges(await readSdl(options.against), sdl), io);
          done(composes && !breaks ? 0 : 1);
        }),
    );

function readOther(text: string, others: readonly OtherSubgraph[] = []): readonly OtherSubgraph[] {
  const [, name, file] = /^([A-Za-z][\w-]*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new InvalidArgumentError('A name and a file are expected: catalog=catalog.graphql.');
  return [...others, { name, file }];
}

async function printed(directory: string, io: Io): Promise<string> {
  const { app, plugins, loaded, generation } = await compileApp(directory, io.env);
  if (!isSubgraph(plugins)) throw new StartupError('The app is no subgraph. Add "federation" to the plugins in objectos.config.yml.');
  return printSubgraph(generation.schema, loaded.catalog, app.settings.federation);
}

async function compose(sdl: string, { name, with: others = [] }: CheckOptions, io: Io): Promise<boolean> {
  const texts = await Promise.all(others.map(async (other) => ({ name: other.name, typeDefs: parse(await readSdl(other.file)) })));
  // Large, and for this command alone.
  const { composeServices } = await import('@theguild/federation-composition');
  const { errors = [] } = composeServices([{ name, typeDefs: parse(sdl) }, ...texts]);
  for (const { message } of errors) io.error(`${io.style('red', 'error')} ${message}`);
  if (errors.length === 0) io.out(`${io.style('green', 'ok')} ${[name, ...others.map((other) => other.name)].join(', ')} ${others.length === 0 ? 'composes alone' : 'compose'}.`);
  return errors.length === 0;
}
