import { beforeAll, expect, it } from 'vitest';
import type { OperationResult } from '../../../src/platform/execute.ts';
import type { Access, FieldAccess, ObjectAccess } from '../../../src/resolvers/access.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { constant, type Filter } from '../../../src/resolvers/filter/filter.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const open: FieldAccess = { read: true, edit: true, filter: true, sort: true, aggregate: true };
const hidden: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };
const all: ObjectAccess = { read: true, create: true, edit: true, delete: true, check: true, field: () => open };
const active: Filter = { kind: 'compare', field: 'active', operator: 'eq', operand: constant(true) };
const own: Filter = { kind: 'compare', field: 'owner', operator: 'eq', operand: { value: ({ caller }) => caller.userId } };

/** A reader sees active teams only, no salary at all, a bonus on own records only, and no audits. */
const reader: Access = {
  fingerprint: 'reader',
  object: (name) => {
    if (name === 'audit') return { ...all, read: false };
    if (name === 'team') return { ...all, read: active };
    return { ...all, field: (field) => (field === 'salary' ? hidden : field === 'bonus' ? { ...open, read: own, filter: false } : open) };
  },
};
const everything: Access = { fingerprint: 'everything', object: () => all };

const rights: Plugin = {
  name: 'rights', version: '1.0.0', description: 'Rights of this test.',
  lifecycle: { init: ({ services }) => services.register('access', { name: 'test', accessOf: ({ kind }) => (kind === 'system' || kind === 'anonymous' ? everything : reader) }) },
};
/** With a custom field in the selection graphql-js runs the operation. */
const custom: Plugin = {
  name: 'custom', version: '1.0.0', description: 'A field with a resolver.',
  schema: { extend: ({ addFields }) => addFields('Query', { ping: { type: 'String', resolve: () => 'pong' } }) },
};

const me = '018f0000-0000-7000-8000-0000000000aa';
const other = '018f0000-0000-7000-8000-0000000000bb';

const objects = [
  { name: 'team', fields: { name: { type: 'text', required: true, unique: true }, active: { type: 'boolean' } } },
  {
    name: 'employee', search: { fields: ['name', 'salary_note'] },
    fields: {
      name: { type: 'text', required: true }, salary: { type: 'currency', unique: true }, salary_note: { type: 'text' }, bonus: { type: 'currency' },
      owner: { type: 'text' }, team: { type: 'lookup', reference: 'team' },
    },
  },
  { name: 'audit', fields: { name: { type: 'text' } } },
];

describeEachDatabase('what a caller may not read', (openDatabase) => {
  let app: TestPlatform;
  let reading: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [rights, custom], open: false });
    reading = app.as({ userId: me });
    const result = await app.query(`mutation {
      createTeams(input: [
        { name: "on", active: true, employees: { create: [{ name: "Ada", salary: "10", bonus: "1", owner: "${me}" }, { name: "Bea", salary: "20", bonus: "2", owner: "${other}" }] } }
        { name: "off", active: false, employees: { create: [{ name: "Cid", salary: "30", bonus: "3", owner: "${me}" }] } }
      ]) { count }
      createAudit(input: { name: "secret" }) { record { id } }
    }`);
    expect(result.errors).toBeUndefined();
  });

  /** Both ways must say the same: the database's text, and graphql-js with a custom field beside. */
  async function ask(selection: string): Promise<OperationResult> {
    const direct = await reading.query(`{ ${selection} }`);
    const general = await reading.query(`{ ${selection} ping }`);
    const { ping: _, ...data } = general.data ?? {};
    expect(direct.data === null ? general.data : data).toEqual(direct.data);
    const plain = (errors: OperationResult['errors']) => errors?.map(({ message, path, extensions }) => ({ message, path, code: extensions?.['code'] }));
    expect(plain(general.errors)).toEqual(plain(direct.errors));
    return direct;
  }

  it('a hidden field is null with one error, however many rows show it', async () => {
    const { data, errors } = await ask('employees(orderBy: [{ name: ASC }]) { nodes { name salary } }');
    expect(data).toEqual({ employees: { nodes: ['Ada', 'Bea', 'Cid'].map((name) => ({ name, salary: null })) } });
    expect(errors).toEqual([{ message: 'You may not read Employee.salary.', path: ['employees', 'nodes', 0, 'salary'], extensions: { code: 'FORBIDDEN', count: 3, paths: [0, 1, 2].map((index) => ['employees', 'nodes', index, 'salary']) } }]);
  });

  it('a field readable on some rows shows on those', async () => {
    const { data } = await ask('employees(orderBy: [{ name: ASC }]) { nodes { name bonus } }');
    expect(data).toEqual({ employees: { nodes: [{ name: 'Ada', bonus: '1.00' }, { name: 'Bea', bonus: null }, { name: 'Cid', bonus: '3.00' }] } });
  });

  it('rows outside of the row right do not exist: in lists, counts, relations, filters and by key', async () => {
    const { data } = await ask(`
      teams { totalCount nodes { name } }
      teamsAggregate { count }
      team(by: { name: "off" }) { id }
      employees(orderBy: [{ team: { name: ASC } }, { name: ASC }]) { nodes { name team { name } } }
      off: employeesAggregate(where: { team: { name: { eq: "off" } } }) { count }
      employeeGroups(by: [{ field: TEAM_ID }], orderBy: [{ count: DESC }]) { count key { team { name } } }
    `);
    expect(data).toEqual({
      teams: { totalCount: 1, nodes: [{ name: 'on' }] },
      teamsAggregate: { count: 1 },
      team: null,
      employees: { nodes: [{ name: 'Ada', team: { name: 'on' } }, { name: 'Bea', team: { name: 'on' } }, { name: 'Cid', team: null }] },
      off: { count: 0 },
      employeeGroups: [{ count: 2, key: { team: { name: 'on' } } }, { count: 1, key: { team: null } }],
    });
    expect((await ask('audits { totalCount nodes { name } }')).data).toEqual({ audits: { totalCount: 0, nodes: [] } });
  });

  it.each([
    ['filter', 'employees(where: { salary: { gt: "1" } }) { totalCount }'],
    ['filter below not', 'employees(where: { not: { salary: { isNull: true } } }) { totalCount }'],
    ['filter through a relation', 'teams(where: { employees: { some: { salary: { gt: "1" } } } }) { totalCount }'],
    ['aggregate filter', 'teams(where: { employeesAggregate: { sum: { salary: { gt: "1" } } } }) { totalCount }'],
    ['filter on a field that is readable on some rows', 'employees(where: { bonus: { gt: "1" } }) { totalCount }'],
    ['order', 'employees(orderBy: [{ salary: ASC }]) { nodes { name } }'],
    ['aggregate', 'employeesAggregate { sum { salary } }'],
    ['group', 'employeeGroups(by: [{ field: SALARY }]) { count }'],
    ['having', 'employeeGroups(by: [{ field: NAME }], having: { max: { salary: { gt: "1" } } }) { count }'],
    ['order of groups', 'employeeGroups(by: [{ field: NAME }], orderBy: [{ max: { salary: ASC } }]) { count }'],
    ['unique key', 'employee(by: { salary: "10" }) { name }'],
  ])('a hidden field is refused in: %s', async (_what, selection) => {
    const { errors } = await ask(selection);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
  });

  it('the record of a payload is read under the same rights', async () => {
    const { data, errors } = await reading.query('mutation { createEmployee(input: { name: "Dee", bonus: "5", owner: "someone" }) { record { name salary bonus } } }');
    expect(data).toEqual({ createEmployee: { record: { name: 'Dee', salary: null, bonus: null } } });
    expect(errors).toEqual(['salary', 'bonus'].map((name) => ({ message: `You may not read Employee.${name}.`, path: ['createEmployee', 'record', name], extensions: { code: 'FORBIDDEN' } })));
  });
});
