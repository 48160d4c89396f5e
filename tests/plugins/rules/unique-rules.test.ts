import { expect, it } from 'vitest';
import { identity } from '../../../src/plugins/identity/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { members, organizations, people } from '../tenancy/support.ts';

const person = `
name: person
softDelete: true
fields:
  name: { type: text, required: true }
  email: { type: text }
  room: { type: number, scale: 2 }
  active: { type: boolean, defaultValue: true }
validations:
  - { name: one_email, type: unique, fields: [email], scope: active, caseSensitive: false, message: This email is in use. }
  - { name: room_name, type: unique, fields: [room, name], message: This name is in the room. }
`;

const problems = (result: unknown): readonly unknown[] =>
  ((result as { errors?: readonly { extensions: { code: string; problems?: readonly { path: readonly unknown[]; code: string; rule?: string }[] } }[] }).errors ?? []).flatMap(({ extensions }) => (extensions.problems ?? []).map(({ path, code, rule }) => [path.slice(1).join('.'), code, rule]));

describeEachDatabase('unique rules', (open) => {
  const start = async (): Promise<TestPlatform> => startPlatform({ yaml: person, plugins: [rules()], database: await open({ pool: 8 }) });
  const create = (app: TestPlatform, input: Readonly<Record<string, unknown>>) => app.query('mutation ($input: PersonCreateInput!) { createPerson(input: $input) { record { id } } }', { input: { name: 'Ada', ...input } });
  const idOf = async (answer: ReturnType<TestPlatform['query']>): Promise<string> => {
    const { data, errors } = (await answer) as { data: { createPerson: { record: { id: string } } }; errors?: unknown };
    expect(errors).toBeUndefined();
    return data.createPerson.record.id;
  };
  const update = (app: TestPlatform, id: string, input: Readonly<Record<string, unknown>>) => app.query('mutation ($id: ID!, $input: PersonUpdateInput!) { updatePerson(id: $id, input: $input) { record { id } } }', { id, input });

  it('refuses a value that another record within the scope has, whatever its case', async () => {
    const app = await start();
    const first = await idOf(create(app, { email: 'Ada@example.com' }));
    expect(problems(await create(app, { email: 'ada@EXAMPLE.com' }))).toEqual([['email', 'NOT_UNIQUE', 'one_email']]);
    const second = await idOf(create(app, { email: 'ada@example.com', active: false }));
    expect(problems(await update(app, second, { active: true }))).toEqual([['email', 'NOT_UNIQUE', 'one_email']]);
    expect(problems(await update(app, first, { name: 'Ada L.', email: 'ada@example.com' }))).toEqual([]);
    expect(problems(await update(app, first, { active: false }))).toEqual([]);
    expect(problems(await update(app, second, { active: true }))).toEqual([]);
    expect(problems(await create(app, { email: null }))).toEqual([]);
    expect(problems(await create(app, { email: null }))).toEqual([]);
    await app.close();
  });

  it('compares several fields together, numbers by their value', async () => {
    const app = await start();
    await idOf(create(app, { room: 1.5 }));
    expect(problems(await create(app, { room: 1.5 }))).toEqual([['name', 'NOT_UNIQUE', 'room_name']]);
    expect(problems(await create(app, { room: 1.5, name: 'Bob' }))).toEqual([]);
    expect(problems(await create(app, { room: 2 }))).toEqual([]);
    await app.close();
  });

  it('leaves out records in the trash, and checks those that come back', async () => {
    const app = await start();
    const first = await idOf(create(app, { email: 'a@b.c' }));
    await app.query('mutation ($id: ID!) { deletePerson(id: $id) { record { id } } }', { id: first });
    await idOf(create(app, { email: 'a@b.c' }));
    expect(problems(await app.query('mutation ($id: ID!) { restorePerson(id: $id) { record { id } } }', { id: first }))).toEqual([['email', 'NOT_UNIQUE', 'one_email']]);
    await app.close();
  });

  it('compares the rows of one write with each other, also before any is stored', async () => {
    const app = await start();
    const input = [{ name: 'A', email: 'x@y.z' }, { name: 'B', email: 'X@y.z' }, { name: 'C', email: 'c@y.z' }];
    const answer = await app.query('mutation ($input: [PersonCreateInput!]!) { createPeople(input: $input, mode: PARTIAL) { rows { index problems { path code } } } }', { input });
    expect(answer).toEqual({ data: { createPeople: { rows: [{ index: 0, problems: [] }, { index: 1, problems: [{ path: ['input', '1', 'email'], code: 'NOT_UNIQUE' }] }, { index: 2, problems: [] }] } } });
    await app.close();
  });

  it('finds a row in the way of another only where it is written', async () => {
    const app = await start();
    const rows = async (input: readonly Readonly<Record<string, unknown>>[]): Promise<unknown> => {
      const answer = (await app.query('mutation ($input: [PersonCreateInput!]!) { createPeople(input: $input, mode: PARTIAL) { rows { problems { path code } } } }', { input })) as { data: { createPeople: { rows: readonly { problems: readonly { path: readonly string[]; code: string }[] }[] } } };
      return answer.data.createPeople.rows.map(({ problems }) => problems.map(({ path, code }) => `${path.at(-1) ?? ''} ${code}`).join());
    };
    const [refused, dup] = ['', 'x@y.z'];
    expect(await rows([{ name: refused, email: dup }, { name: 'B', email: dup }, { name: 'C', email: dup }, { name: 'D', email: 'd@y.z' }])).toEqual(['name REQUIRED', '', 'email NOT_UNIQUE', '']);
    expect(await rows([{ name: 'E', room: '1.5' }, { name: 'E', room: '1.50' }])).toEqual(['', 'name NOT_UNIQUE']);
    await app.close();
  });

  it('knows the values that rows of one write keep, and those that they give away', async () => {
    const app = await start();
    const [keeps, gives, takes] = [await idOf(create(app, { name: 'A', email: 'a@b.c' })), await idOf(create(app, { name: 'B', email: 'b@b.c' })), await idOf(create(app, { name: 'C' }))];
    const change = async (rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[]) =>
      problems(await app.query('mutation ($rows: [PersonUpdateRow!]!) { updatePeople(rows: $rows) { count } }', { rows: rows.map(([id, input]) => ({ id, input })) }));
    expect(await change([[takes, { email: 'A@b.c' }], [keeps, { name: 'A2' }]])).toEqual([['0.input.email', 'NOT_UNIQUE', 'one_email']]);
    expect(await change([[gives, { email: 'new@b.c' }], [takes, { email: 'b@b.c' }]])).toEqual([]);
    await app.close();
  });

  it('holds when many write the same value at once', async () => {
    const app = await start();
    const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => create(app, { email: index % 2 === 0 ? 'same@example.com' : 'SAME@example.com', name: `N${index}` })));
    expect(answers.filter((answer) => problems(answer).length === 0 && answer.errors === undefined)).toHaveLength(1);
    expect(answers.filter((answer) => problems(answer).length > 0)).toHaveLength(23);
    const { data } = await app.query('{ people { totalCount } }');
    expect(data).toEqual({ people: { totalCount: 1 } });
    await app.close();
  });

  it('knows nothing of other organizations', async () => {
    const app = await startPlatform({ yaml: `${person}tenancy: { enabled: true }\n`, plugins: [rules(), identity({ mode: 'test' }), tenancy()], database: await open(), data: members });
    const [north, south] = [organizations.alpha, organizations.beta].map((organizationId) => app.as({ userId: people.cat, organizationId })) as [TestPlatform, TestPlatform];
    await idOf(create(north, { email: 'a@b.c' }));
    await idOf(create(south, { email: 'a@b.c' }));
    expect(problems(await create(south, { email: 'a@b.c' }))).toEqual([['email', 'NOT_UNIQUE', 'one_email']]);
    await app.close();
  });
});
