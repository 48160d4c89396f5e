import { expect, it } from 'vitest';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { createPlatform } from '../../src/platform.ts';
import { systemAccess } from '../../src/resolvers/access.ts';
import type { Access, AccessProvider } from '../../src/resolvers/access.ts';
import { createLog } from '../../src/server/log.ts';
import { ask, makeFolder, writeFiles } from '../support/cli.ts';
import { describeEachDatabase } from '../support/database.ts';
import type { Open } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';

const yaml = `
name: city
fields:
  name: { type: text, required: true, unique: true }
`;

const quiet = { mode: 'test', server: { port: 0 }, log: { level: 'silent' } } as const;

describeEachDatabase('the platform', (open: Open) => {
  it('answers the same in process and over HTTP', async () => {
    const app = await startPlatform({ yaml, database: await open() });
    expect(await app.query('mutation ($name: String!) { createCity(input: { name: $name }) { record { name } } }', { name: 'Graz' })).toEqual({ data: { createCity: { record: { name: 'Graz' } } } });
    const query = '{ cities { totalCount nodes { name createdBy } } }';
    const inside = await app.query(query);
    expect(inside).toEqual({ data: { cities: { totalCount: 1, nodes: [{ name: 'Graz', createdBy: null }] } } });
    expect(await app.fetch(query)).toEqual({ status: 200, body: inside });
    await app.close();
  });

  it('reports wrong documents and refused values alike in process and over HTTP', async () => {
    const app = await startPlatform({ yaml, database: await open() });
    for (const document of ['{ citys { totalCount } }', '{ cities', 'mutation { createCity(input: { name: "" }) { record { id } } }', 'mutation { updateCity(id: "00000000-0000-7000-8000-000000000000", input: { name: "x" }) { record { id } } }']) {
      const inside = await app.query(document);
      expect(inside.errors?.length).toBeGreaterThan(0);
      expect((await app.fetch(document)).body).toEqual(inside);
    }
    await app.close();
  });

  it('does not start when nothing decides about access, and leaves the database open', async () => {
    const database = await open();
    await expect(startPlatform({ yaml, database, open: false })).rejects.toThrow(/no plugin offers the service "access"/);
    await database.ping();
  });

  it('asks the access provider what the caller may do', async () => {
    const seen: string[] = [];
    const closed: Access = { ...systemAccess, fingerprint: 'closed', object: (name) => ({ ...systemAccess.object(name), read: false }) };
    const provider: AccessProvider = {
      name: 'by role',
      accessOf(caller) {
        seen.push(caller.kind);
        return caller.roles.includes('reader') ? systemAccess : closed;
      },
    };
    const access: Plugin = { name: 'by-role', version: '1.0.0', description: 'Lets readers read.', lifecycle: { init: ({ services }) => services.register('access', provider) } };
    const app = await startPlatform({ yaml, database: await open(), plugins: [access], open: false, data: [{ object: 'city', records: [{ name: 'Graz' }] }] });
    expect(app.platform.accessProvider).toBe('by role');
    const query = '{ cities { totalCount } }';
    expect((await app.query(query)).data).toEqual({ cities: { totalCount: 0 } });
    expect((await app.as({ roles: ['reader'] }).query(query)).data).toEqual({ cities: { totalCount: 1 } });
    expect(seen).toEqual(['anonymous', 'user']);
    await app.close();
  });

  it('gives plugins a place in every phase: a field, a hook, a route, a service', async () => {
    const noted: string[] = [];
    const plugin: Plugin = {
      name: 'everything',
      version: '1.0.0',
      description: 'Takes part everywhere.',
      metadata: { objects: [{ name: 'visit', fields: { name: { type: 'text' }, city: { type: 'lookup', reference: 'city' } } }] },
      schema: { extend: (schema) => schema.addRecordField({ object: 'city', name: 'shout', type: 'String', needs: ['name'], resolve: (city) => `${String(city['name']).toUpperCase()}!` }) },
      mutation: { objects: ['city'], before: (changes) => changes.forEach(({ values }) => (values['name'] = String(values['name']).trim())) },
      server: { routes: [{ path: '/hello', handle: (_request, response) => void response.end('hello') }], start: ({ url }) => void noted.push(new URL(url).protocol) },
      lifecycle: { start: ({ services }) => void noted.push(`${services.get('runtime').catalog.objects.size} objects`), stop: () => void noted.push('stopped') },
    };
    const app = await startPlatform({ yaml, database: await open(), plugins: [plugin] });
    await app.query('mutation { createCity(input: { name: "  Graz " }) { record { id } } }');
    expect(await app.fetch('{ cities { nodes { name shout visits { totalCount } } } }')).toEqual({ status: 200, body: { data: { cities: { nodes: [{ name: 'Graz', shout: 'GRAZ!', visits: { totalCount: 0 } }] } } } });
    await app.close();
    expect(noted).toEqual(['3 objects', 'http:', 'stopped']);
  });

  it('takes changed definitions while it runs, and keeps what it has when they do not hold', async () => {
    const folder = await makeFolder({ 'schema/city.object.yml': yaml, 'objectos.config.yml': 'plugins: [open-access]\n' });
    const platform = await createPlatform({ directory: folder, database: await open(), settings: quiet, log: createLog({ level: 'silent' }), env: {} });
    const { url } = await platform.start();
    const graphql = `${url}/graphql`;
    expect(await platform.reload()).toBe(false);
    expect((await ask(graphql, '{ cities { nodes { size } } }')).errors?.[0]?.message).toMatch(/Cannot query field "size"/);

    await writeFiles(folder, { 'schema/city.object.yml': `${yaml}  size: { type: number, defaultValue: [] }\n` });
    await expect(platform.reload()).rejects.toThrow(/city\.size/);
    expect(await ask(graphql, '{ cities { totalCount } }')).toEqual({ data: { cities: { totalCount: 0 } } });

    await writeFiles(folder, { 'schema/city.object.yml': `${yaml}  size: { type: number }\n`, 'schema/river.object.yml': yaml.replace('city', 'river') });
    expect(await platform.reload()).toBe(true);
    expect(await ask(graphql, 'mutation { createCity(input: { name: "Graz", size: 2 }) { record { size } } createRiver(input: { name: "Mur" }) { record { name } } }')).toEqual({
      data: { createCity: { record: { size: 2 } }, createRiver: { record: { name: 'Mur' } } },
    });

    await writeFiles(folder, { 'schema/city.object.yml': yaml });
    await expect(platform.reload()).rejects.toThrow(/city\.size/);
    expect(await ask(graphql, '{ cities { nodes { size } } }')).toEqual({ data: { cities: { nodes: [{ size: 2 }] } } });
    await platform.stop();
    await platform.stop();
  });
});
