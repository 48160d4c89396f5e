import { describe, expect, it } from 'vitest';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { describeEachDatabase, openEmpty } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import { recording } from '../support/recording.ts';
import type { TestPlatform } from '../support/platform.ts';

const yaml = `
name: company
fields:
  code: { type: text, required: true, unique: true, externalId: true }
  name: { type: text, required: true }
  status: { type: select, options: [{ value: Active Customer }, { value: lost }] }
  revenue: { type: currency }
  address: { type: address }
  parent: { type: lookup, reference: company }
  contact: { type: lookup, reference: person }
  partners: { type: lookup, reference: company, multiple: true }
---
name: person
fields:
  name: { type: text, required: true, unique: true }
  company: { type: lookup, reference: company, required: true }
  mentor: { type: lookup, reference: person }
  owner: { type: user }
`;

const companies: DefinitionInput = {
  object: 'company',
  externalId: 'code',
  records: [
    { code: 'C', name: 'Child', parent: 'B', partners: ['A', 'B'] },
    { code: 'B', name: 'Branch', parent: 'A', status: 'active customer', revenue: 12.5, address: { city: 'Graz' } },
    { code: 'A', name: 'Acme', contact: 'Ada' },
  ],
};
const people: DefinitionInput = {
  object: 'person',
  externalId: 'name',
  records: [
    { name: 'Ada', company: 'A', mentor: 'Bob', owner: 'me@example.com' },
    { name: 'Bob', company: 'Branch', mentor: 'Ada' },
  ],
};
const users: DefinitionInput = { object: 'sys_user', externalId: 'email', records: [{ email: 'me@example.com', name: 'Me' }] };

const load = (app: TestPlatform) => app.platform.kernel.services.get('seed', 'test').load();

describeEachDatabase('seed data', (open) => {
  it('links records across files, in trees and in circles, by external id or name', async () => {
    const app = await startPlatform({ yaml, data: [people, companies, users], database: await open() });
    const { data, errors } = await app.query(`{
      companies(orderBy: [{ code: ASC }]) { nodes { code status revenue address { city } parent { code } contact { name } partners(orderBy: [{ code: ASC }]) { nodes { code } } } }
      people(orderBy: [{ name: ASC }]) { nodes { name company { code } mentor { name } owner { email } } }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      companies: {
        nodes: [
          { code: 'A', status: null, revenue: null, address: null, parent: null, contact: { name: 'Ada' }, partners: { nodes: [] } },
          { code: 'B', status: 'ACTIVE_CUSTOMER', revenue: expect.stringMatching(/^12\.50?0?0?$/) as string, address: { city: 'Graz' }, parent: { code: 'A' }, contact: null, partners: { nodes: [] } },
          { code: 'C', status: null, revenue: null, address: null, parent: { code: 'B' }, contact: null, partners: { nodes: [{ code: 'A' }, { code: 'B' }] } },
        ],
      },
      people: {
        nodes: [
          { name: 'Ada', company: { code: 'A' }, mentor: { name: 'Bob' }, owner: { email: 'me@example.com' } },
          { name: 'Bob', company: { code: 'B' }, mentor: { name: 'Ada' }, owner: null },
        ],
      },
    });
    await app.close();
  });

  it('brings records up to date when it is run again, without making new ones', async () => {
    const app = await startPlatform({ yaml, data: [companies, people, users], database: await open() });
    await app.query('mutation { updateCompanies(where: { code: { eq: "B" } }, input: { name: "Changed" }) { count } }');
    const report = await load(app);
    expect(report?.objects).toEqual(expect.arrayContaining([{ object: 'company', created: 0, updated: 3, skipped: 0 }]));
    expect((await app.query('{ companies(where: { code: { eq: "B" } }) { totalCount nodes { name } } }')).data).toEqual({ companies: { totalCount: 1, nodes: [{ name: 'Branch' }] } });
    await app.close();
  });

  it('writes by mode: insert, update, ignore, replace', async () => {
    const database = await open();
    const begin = await startPlatform({ yaml, data: [{ object: 'company', externalId: 'code', records: [{ code: 'A', name: 'Acme' }, { code: 'X', name: 'Old' }] }], database });
    await begin.close();
    const run = async (mode: string): Promise<unknown> => {
      const app = await startPlatform({ yaml, database, data: [{ object: 'company', externalId: 'code', mode, records: [{ code: 'A', name: `by ${mode}` }, { code: 'B', name: `by ${mode}` }] }] });
      await load(app);
      const { data } = await app.query('{ companies(orderBy: [{ code: ASC }]) { nodes { code name } } }');
      await app.close();
      return (data?.['companies'] as { nodes: { code: string; name: string }[] }).nodes.map(({ code, name }) => `${code} ${name}`);
    };
    expect(await run('update')).toEqual(['A by update', 'X Old']);
    expect(await run('ignore')).toEqual(['A by update', 'B by ignore', 'X Old']);
    await expect(run('insert')).rejects.toThrow(/exists already, and the mode of its file is insert/);
    expect(await run('replace')).toEqual(['A by replace', 'B by replace']);
  });

  it('writes nothing when one record is refused, and names all that are', async () => {
    const database = await open();
    const wrong: DefinitionInput = { object: 'company', externalId: 'code', records: [{ code: 'A', name: 'Acme', parent: 'Nobody' }, { code: 'B', name: 'Branch', status: 'sleeping' }, { code: 'B', name: 'Twin' }] };
    const failure = startPlatform({ yaml, database, data: [wrong] });
    await expect(failure).rejects.toThrow(/no company has the external id or name "Nobody"/);
    await expect(failure).rejects.toThrow(/"sleeping" is not an option\. Options: Active Customer, lost/);
    await expect(failure).rejects.toThrow(/Two records .* have the code "B"/);
    const app = await startPlatform({ yaml, database });
    expect((await app.query('{ companies { totalCount } }')).data).toEqual({ companies: { totalCount: 0 } });
    await app.close();
  });
});

describe('data files for an environment', () => {
  it('count only in that environment', async () => {
    const data = (['prod', 'dev', 'test'] as const).map((env) => ({ object: 'company', externalId: 'code', env: [env], records: [{ code: env, name: env }] }));
    const app = await startPlatform({ yaml, data });
    expect((await app.query('{ companies { nodes { code } } }')).data).toEqual({ companies: { nodes: [{ code: 'test' }] } });
    await app.close();
  });

  it('load a thousand records in a few statements', async () => {
    const records = Array.from({ length: 1000 }, (_, index) => ({ code: `C${index}`, name: `Company ${index}`, ...(index > 0 && { parent: `C${Math.floor((index - 1) / 10)}` }) }));
    let statements = 0;
    const database = await openEmpty();
    const app = await startPlatform({ yaml, data: [{ object: 'company', externalId: 'code', records }], database: recording(database, () => void (statements += 1)) });
    expect((await app.query('{ companies { totalCount } }')).data).toEqual({ companies: { totalCount: 1000 } });
    statements = 0;
    expect((await load(app))?.objects).toEqual([{ object: 'company', created: 0, updated: 1000, skipped: 0 }]);
    expect(statements).toBeLessThan(50);
    await app.close();
    await database.close();
  });
});
