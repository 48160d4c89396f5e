import { createServer } from 'node:http';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import { PrismaClient } from './generated/client/client.ts';
import { buildHandwrittenSchema } from './schema.ts';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL'], max: 10 }) });
const yoga = createYoga({ schema: buildHandwrittenSchema(prisma), logging: false, graphiql: false, maskedErrors: false });
createServer((request, response) => void yoga(request, response)).listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
