import { Command } from 'commander';
import { printSchema } from '../../builder/print-schema.ts';
import { compileApp } from '../compile-app.ts';
import { appCommand, type CommandFactory, type CommonOptions } from '../command.ts';
import { readSdl, reportChanges, schemaChanges } from '../schema-changes.ts';

export const schema: CommandFactory = (io, done) =>
  new Command('schema')
    .description('the GraphQL schema of the definitions')
    .addCommand(
      appCommand('print', 'write the schema as SDL to the standard output').action(async ({ directory }: CommonOptions) => {
        const { generation } = await compileApp(directory, io.env);
        io.out(printSchema(generation.schema).trimEnd());
        done(0);
      }),
    )
    .addCommand(
      appCommand('diff', 'say what clients of an earlier schema meet in that of the definitions; ends with 1 when they break')
        .argument('<file>', 'the earlier schema as SDL, such as the schema/schema.graphql of a release')
        .action(async (file: string, { directory }: CommonOptions) => {
          const { generation } = await compileApp(directory, io.env);
          done(reportChanges(schemaChanges(await readSdl(file), printSchema(generation.schema)), io) ? 1 : 0);
        }),
    );
