import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { syncSchema } from '../../src/database/migrations/sync-schema.ts';
import { createPrismaClient, type PrismaClientClass } from '../../src/database/prisma/client.ts';
import { printPrismaSchema } from '../../src/database/prisma/print-schema.ts';
import { describeEachDatabase } from '../support/database.ts';
import { catalogOf, sql } from './support.ts';

interface Client {
  readonly account: {
    create(args: unknown): Promise<unknown>;
    findMany(args: unknown): Promise<unknown>;
  };
}

const catalog = await catalogOf({ account: { name: { type: 'text' }, amount: { type: 'currency' } }, contact: { name: { type: 'text' }, account: { type: 'lookup', reference: 'account' } } });
let folder = '';
let PrismaClient: PrismaClientClass<Client>;

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.prisma-'));
  const schema = join(folder, 'schema.prisma');
  await writeFile(schema, printPrismaSchema(catalog));
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  await promisify(execFile)(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--schema', schema], { env });
  ({ PrismaClient } = (await import(pathToFileURL(join(folder, 'client', 'client.ts')).href)) as { PrismaClient: PrismaClientClass<Client> });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeEachDatabase('Prisma Client', (open, kind) => {
  it('reads and writes the tables of the definitions on the pool of a server', async () => {
    const database = await open();
    await syncSchema({ database, catalog });
    if (kind === 'pglite') {
      expect(() => createPrismaClient(PrismaClient, database)).toThrow('DATABASE_URL');
      return;
    }
    const prisma = createPrismaClient(PrismaClient, database);
    await prisma.account.create({ data: { name: 'Acme', amount: '1.50', contacts: { create: [{ name: 'Ada' }] } } });
    expect(await prisma.account.findMany({ select: { name: true, version: true, contacts: { select: { name: true } } } })).toEqual([{ name: 'Acme', version: 1, contacts: [{ name: 'Ada' }] }]);
    expect((await database.query(sql('select amount from account'))).rows).toEqual([{ amount: '1.50' }]);
  });
});
