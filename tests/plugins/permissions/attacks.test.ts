import { beforeAll, describe, expect, it } from 'vitest';
import { printSchema } from '../../../src/builder/print-schema.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const me = '018f0000-0000-7000-8000-000000000001';
const other = '018f0000-0000-7000-8000-000000000002';
const hidden = '018f0000-0000-7000-8000-0000000000b1';
const mine = '018f0000-0000-7000-8000-0000000000b2';
const nobody = '018f0000-0000-7000-8000-00000000dead';

const objects = [
  {
    name: 'employee', search: { fields: ['name', 'review'] },
    fields: {
      name: { type: 'text' }, code: { type: 'text', unique: true, externalId: true }, salary: { type: 'currency', visible_to: ['hr'] }, review: { type: 'text', visible_to: ['hr'] }, tax_id: { type: 'text', unique: true, externalId: true, visible_to: ['hr'] },
      boss: { type: 'lookup', reference: 'employee', relatedName: 'team' }, owner: { type: 'user', defaultValue: 'current_user' },
    },
  },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  { kind: 'profile', value: [{ name: 'staff', objects: { employee: rights, sys_user: { allowRead: true } } }, { name: 'hr', objects: { employee: { modifyAllRecords: true } } }] },
] as const;

/** A field that only some may resolve. */
const payroll: Plugin = {
  name: 'payroll', version: '1.0.0', description: 'A guarded field.',
  schema: { extend: ({ addFields }) => addFields('Query', { payroll: { type: 'String', directives: [{ name: 'permission', args: { read: ['hr'] } }], resolve: () => 'secret sum' } }) },
};

describeEachDatabase('attacks', (openDatabase) => {
  let app: TestPlatform;
  let staff: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [payroll, permissions({ definitions })], open: false });
    staff = app.as({ userId: me, profile: 'staff' });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createEmployees(input: [
        { id: "${hidden}", name: "Hidden", code: "H", salary: "100", review: "bad", taxId: "T1", ownerId: "${other}" }
        { id: "${mine}", name: "Mine", code: "M", salary: "50", review: "good", taxId: "T2", ownerId: "${me}" }
      ]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  const codes = async (document: string, variables?: Record<string, unknown>, who = staff) => (await who.query(document, variables)).errors?.map(({ extensions }) => extensions?.['code']);

  it.each([
    ['filter', 'employees(where: { salary: { gt: "1" } }) { totalCount }'],
    ['filter below not', 'employees(where: { not: { salary: { gt: "1" } } }) { totalCount }'],
    ['filter through a relation', 'employees(where: { team: { some: { salary: { gt: "1" } } } }) { totalCount }'],
    ['sort', 'employees(orderBy: [{ salary: ASC }]) { totalCount }'],
    ['sort through a relation', 'employees(orderBy: [{ boss: { salary: ASC } }]) { totalCount }'],
    ['search', 'employees(search: "bad") { totalCount }'],
    ['aggregate', 'employeesAggregate { max { salary } }'],
    ['group', 'employeeGroups(by: [{ field: SALARY }]) { count }'],
    ['having', 'employeeGroups(by: [{ field: NAME }], having: { sum: { salary: { gt: "1" } } }) { count }'],
    ['unique lookup', 'employee(by: { taxId: "T1" }) { id }'],
    ['below a parent', 'employees { nodes { team(where: { salary: { gt: "1" } }) { totalCount } } }'],
  ])('a hidden field answers nothing: %s', async (_name, selection) => {
    expect(await codes(`{ ${selection} }`)).toEqual(['FORBIDDEN']);
  });

  it.each([
    ['a value', 'query($v: Decimal) { employees(where: { salary: { gt: $v } }) { totalCount } }', { v: '1' }],
    ['a filter', 'query($v: EmployeeWhere) { employees(where: $v) { totalCount } }', { v: { or: [{ team: { none: { not: { salary: { gt: '1' } } } } }] } }],
    ['an order', 'query($v: [EmployeeOrderBy!]) { employees(orderBy: $v) { totalCount } }', { v: [{ name: 'ASC' }, { salary: 'DESC' }] }],
    ['a key', 'query($v: EmployeeKey) { employee(by: $v) { id } }', { v: { taxId: 'T1' } }],
    ['groups', 'query($v: [EmployeeGroupBy!]!) { employeeGroups(by: $v) { count } }', { v: [{ field: 'SALARY' }] }],
    ['a default', 'query($v: EmployeeWhere = { salary: { isNull: false } }) { employees(where: $v) { totalCount } }', {}],
  ])('a variable asks for no hidden field: %s', async (_name, document, variables) => {
    expect(await codes(document, variables)).toEqual(['FORBIDDEN']);
  });

  it('aliases, fragments and directives show no hidden field', async () => {
    const { data } = await staff.query(`query($yes: Boolean!) { employees { nodes { a: salary ...F ... on Employee @include(if: $yes) { c: salary } } } } fragment F on Employee { b: salary }`, { yes: true });
    expect(data).toEqual({ employees: { nodes: [{ a: null, b: null, c: null }] } });
  });

  it('a hidden record is found in no way', async () => {
    const { data } = await staff.query(`{ node(id: "${hidden}") { id } nodes(ids: ["${hidden}", "${mine}"]) { id } employee(id: "${hidden}") { id } byKey: employee(by: { code: "H" }) { id } employees(where: { id: { eq: "${hidden}" } }) { totalCount } }`);
    expect(data).toEqual({ node: null, nodes: [null, { id: mine }], employee: null, byKey: null, employees: { totalCount: 0 } });
  });

  it('a forged cursor is refused or shows nothing new', async () => {
    const hr = app.as({ userId: other, profile: 'hr' });
    const { data } = await hr.query('{ employees(orderBy: [{ salary: ASC }]) { pageInfo { startCursor } } }');
    const cursor = (data as { employees: { pageInfo: { startCursor: string } } }).employees.pageInfo.startCursor;
    expect(await codes('query($after: String) { employees(after: $after) { nodes { id } } }', { after: cursor })).toEqual(['BAD_REQUEST']);
  });

  it('a nested connect to a hidden record answers as to one that is not there', async () => {
    const told = async (id: string) => JSON.stringify((await staff.query(`mutation { updateEmployee(id: "${mine}", input: { boss: { connect: { id: "${id}" } } }) { record { id } } }`)).errors).replaceAll(id, 'ID');
    expect(await told(hidden)).toBe(await told(nobody));
    expect(await told(hidden)).toContain('NOT_FOUND');
  });

  it('an upsert takes no hidden record over, and does not go by a hidden key', async () => {
    expect(await codes('mutation { upsertEmployee(by: CODE, input: { code: "H", name: "taken" }) { record { id } } }')).not.toBeUndefined();
    expect(await codes('mutation { upsertEmployee(by: TAX_ID, input: { taxId: "T1", name: "taken" }) { record { id } } }')).toEqual(['FORBIDDEN']);
    const { data } = await app.as(systemCaller).query(`{ employee(id: "${hidden}") { name } }`);
    expect(data).toEqual({ employee: { name: 'Hidden' } });
  });

  it('a hidden unique field cannot be probed by writing it', async () => {
    expect(await codes('mutation { createEmployee(input: { name: "x", taxId: "T1" }, dryRun: true) { record { id } } }')).toEqual(['FORBIDDEN']);
    expect(await codes('mutation { createEmployee(input: { name: "x", taxId: "T9" }, dryRun: true) { record { id } } }')).toEqual(['FORBIDDEN']);
  });

  it('an idempotency key of somebody else answers nothing of theirs', async () => {
    const create = 'mutation { createEmployee(input: { name: "keyed" }, idempotencyKey: "k") { record { id } } }';
    const first = await staff.query(create);
    const second = await app.as({ userId: other, profile: 'staff' }).query(create);
    expect([first.errors, second.errors]).toEqual([undefined, undefined]);
    expect(first.data).toMatchObject({ createEmployee: { record: { id: expect.any(String) as string } } });
    expect(second.data).not.toEqual(first.data);
  });

  it('dryRun and error texts tell nothing of hidden records', async () => {
    for (const write of ['updateEmployee(id: "ID", dryRun: true, input: { name: "x" })', 'deleteEmployee(id: "ID", dryRun: true)', 'updateEmployee(id: "ID", ifVersion: 9, input: { name: "x" })']) {
      const told = async (id: string) => JSON.stringify((await staff.query(`mutation { ${write.replace('ID', id)} { record { id } } }`)).errors).replaceAll(id, 'ID');
      expect(await told(hidden), write).toBe(await told(nobody));
    }
  });

  it('what the caller may not read changes nothing in any answer', async () => {
    const questions = [
      '{ employees { totalCount nodes { id name code salary version } edges { cursor } } }', '{ employeesAggregate { count } }', '{ employeeGroups(by: [{ field: NAME }]) { count key { name } } }',
      '{ employees(where: { team: { none: {} } }, orderBy: [{ name: DESC }]) { nodes { name boss { name } team { totalCount } } } }', `{ node(id: "${hidden}") { id } }`,
    ];
    const answers = async () => JSON.stringify(await Promise.all(questions.map((question) => staff.query(question))));
    const before = await answers();
    const { errors } = await app.as(systemCaller).query(`mutation { updateEmployee(id: "${hidden}", input: { name: "Renamed", salary: "7", bossId: "${mine}" }) { record { id } } }`);
    expect(errors).toBeUndefined();
    expect(await answers()).toBe(before);
  });

  describe('@permission', () => {
    it('is printed from the rules', () => {
      const sdl = printSchema(app.platform.schema);
      expect(sdl).toContain('salary: Decimal @permission(read: ["hr"], edit: ["hr"])');
      expect(sdl).toContain('payroll: String @permission(read: ["hr"])');
      expect(sdl).not.toMatch(/code: String.*@permission/);
    });

    it('guards fields of plugins', async () => {
      expect(await codes('{ payroll }')).toEqual(['FORBIDDEN']);
      expect((await app.as({ userId: other, profile: 'hr' }).query('{ payroll }')).data).toEqual({ payroll: 'secret sum' });
      expect(await codes('{ payroll }', undefined, app)).toEqual(['FORBIDDEN']);
    });

    it('agrees with what metadata says to the caller', async () => {
      const { data } = await staff.query('{ metadata { object(name: "employee") { canCreate fields { name canRead canEdit } } } }');
      const { object } = (data as { metadata: { object: { fields: { name: string }[] } } }).metadata;
      expect(object.fields.map(({ name }) => name)).not.toContain('salary');
      expect(object.fields).toContainEqual({ name: 'code', canRead: true, canEdit: true });
    });
  });
});
