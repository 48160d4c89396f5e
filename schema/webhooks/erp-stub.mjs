// Stands in for an ERP: takes the messages of the webhook erp_contracts, checks their signatures and prints them.
//   ERP_SECRET=… node schema/webhooks/erp-stub.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { ERP_SECRET = '', ERP_PORT = '4100' } = process.env;
if (ERP_SECRET.length < 16) throw new Error('Set ERP_SECRET, as for the platform: 16 characters or more.');
const taken = new Set();

const isSigned = (headers, body) => {
  const expected = createHmac('sha256', ERP_SECRET).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest();
  const given = Buffer.from(String(headers['webhook-signature']).replace(/^v1,/, ''), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected) && Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 300;
};

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (!isSigned(request.headers, body)) return response.writeHead(401).end();
  // A message may come again; its id tells.
  if (!taken.has(request.headers['webhook-id'])) console.log(body);
  taken.add(request.headers['webhook-id']);
  response.writeHead(204).end();
});
server.listen(Number(ERP_PORT), '127.0.0.1', () => console.log(`ERP http://127.0.0.1:${server.address().port}/contracts`));
