import { openDatabase } from '../../../src/database/open-database.ts';
import { startCounting } from './counting.ts';

/** A further process on the same server that carries out automations: `child.ts <schema>`. */
const [, , schema = ''] = process.argv;
const database = await openDatabase({ url: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres', schema, pool: 4 });
await startCounting(database, { run: true });
process.send?.('ready');
