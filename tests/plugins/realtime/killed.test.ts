import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ask, makeFolder, spawnCli, testEnv } from '../../support/cli.ts';
import { onServer, serverUrl } from '../../support/database.ts';
import { fold, repeats, type Message } from './support.ts';

vi.setConfig({ testTimeout: 120_000 });

const soon = { timeout: 30_000, interval: 20 };
const endpoint = /GraphQL +(http:\/\/\S+)/;
const person = `export const plugin = { name: 'person', version: '1.0.0', description: 'Takes callers for the person they name.', server: { authenticate: (request) => ({ kind: 'user', userId: request.header('x-person') ?? '018f0000-0000-7000-8000-000000000001', organizationId: undefined, roles: [], attributes: {} }) } };\n`;

describe('two processes on one PostgreSQL', () => {
  it('lose nothing when one is killed, and nobody stays in its rosters', async ({ skip }) => {
    if (!(await onServer(() => Promise.resolve(true)).catch(() => false))) skip('There is no PostgreSQL server.');
    const folder = await makeFolder({
      'objectos.config.yml': 'plugins: [open-access, realtime, ./person.js]\n',
      'schema/objects/city.object.yml': 'name: city\nfields:\n  name: { type: text }\n',
      'person.js': person,
      'package.json': '{"type":"module"}',
    });
    const schema = `t_killed_${process.pid}_${Date.now()}`;
    const env = { ...testEnv, DATABASE_URL: serverUrl, OBJECTOS_DATABASE_SCHEMA: schema };
    onTestFinished(async () => {
      await onServer((client) => client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`));
    });
    const processes = [1, 2].map(() => spawnCli(['start', '-C', folder], env));
    const [killed = '', other = ''] = await Promise.all(processes.map(async ({ waitFor }) => (await waitFor(endpoint))[1] ?? ''));

    const messages: Message[] = [];
    const variables: { after?: string } = {};
    let target = killed;
    const client = createClient({
      url: () => target.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: Infinity, shouldRetry: () => true,
      retryWait: () => {
        target = other;
        return new Promise((resolve) => setTimeout(resolve, 50));
      },
    });
    onTestFinished(() => void client.dispose());
    client.subscribe<Record<string, Message>>({ query: 'subscription($after: String) { cityChanges(snapshot: true, after: $after) { cursor kind recordId record { id name } } }', variables }, {
      next({ data }) {
        if (!data?.['cityChanges']) return;
        messages.push(data['cityChanges']);
        variables.after = data['cityChanges'].cursor;
      },
      error: (error) => console.error(error),
      complete: () => undefined,
    });
    const roster = new Map<string, unknown>();
    const watcher = createClient({ url: other.replace('http', 'ws'), webSocketImpl: WebSocket });
    const visitor = createClient({ url: killed.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    onTestFinished(() => void watcher.dispose());
    const enter = 'subscription { presence(topic: "lobby") { kind members { id } } }';
    watcher.subscribe<{ presence: { kind: string; members: { id: string }[] } }>({ query: enter }, {
      next: ({ data }) => data?.presence.members.forEach(({ id }) => (data.presence.kind === 'LEFT' ? roster.delete(id) : roster.set(id, true))),
      error: () => undefined, complete: () => undefined,
    });
    visitor.subscribe({ query: enter }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await expect.poll(() => roster.size, soon).toBe(2);
    await expect.poll(() => messages.at(-1)?.kind, soon).toBe('READY');

    const create = (n: number) => ask(other, `mutation { createCity(input: { name: "n${n}" }) { record { id } } }`);
    for (let n = 1; n <= 30; n += 1) {
      expect((await create(n)).errors).toBeUndefined();
      if (n === 10) processes[0]?.child.kill('SIGKILL');
    }
    await expect.poll(() => [...fold(messages).values()].map((row) => row?.['name']), soon).toEqual(Array.from({ length: 30 }, (_, n) => `n${n + 1}`));
    expect(repeats(messages)).toEqual([]);
    expect(messages.some(({ kind }) => kind === 'RESYNC')).toBe(false);
    await expect.poll(() => roster.size, soon).toBe(1);
  });
});
