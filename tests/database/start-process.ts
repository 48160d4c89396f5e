import { syncSchema } from '../../src/database/migrations/sync-schema.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { catalogOf } from './support.ts';

const [url, schema] = process.argv.slice(2);
const database = await openDatabase({ url, schema });
const fields = { name: { type: 'text', unique: true, searchable: true }, other: { type: 'lookup', reference: 'o1' } };
const catalog = await catalogOf(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`o${index}`, fields])));
console.log(await syncSchema({ database, catalog }));
await database.close();
