/**
 * The limit: `node:http`, one pool, one named prepared statement a question, and PostgreSQL's JSON text as the body. No GraphQL, no
 * checks, no validation: nothing that answers these questions over HTTP from Node can be much faster.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import pg from 'pg';
import { workloads } from '../workloads.ts';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const questions = new Map(workloads.map(({ name, limit }) => [`/${name}`, { name, text: limit.sql, names: limit.values }]));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const question = questions.get(mark < 0 ? url : url.slice(0, mark));
  if (!question) {
    response.writeHead(404).end();
    return;
  }
  const parameters = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const { rows } = await pool.query<{ json: string }>({ name: question.name, text: question.text, values: question.names.map((name) => parameters.get(name)) });
  const body = Buffer.from(`{"data":${rows[0]?.json ?? 'null'}}`);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
