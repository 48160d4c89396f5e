import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{ name: 'folder', fields: { name: { type: 'text' }, parent: { type: 'tree', relatedName: 'children' }, twin: { type: 'lookup', reference: 'folder', relatedName: 'twins' } } }];

describeEachDatabase('trees', (open) => {
  let app: TestPlatform;
  let database: Database;

  beforeEach(async () => {
    database = await open();
    app = await startPlatform({ objects, database });
    expect(await told(`createFolders(input: [{ id: "${id(1)}" }, { id: "${id(2)}", parentId: "${id(1)}" }, { id: "${id(3)}", parentId: "${id(2)}" }, { id: "${id(4)}" }])`)).toBe('done');
    return () => app.close();
  });

  /** `done`, or the first problem. */
  async function told(mutation: string): Promise<string> {
    const { errors } = await app.query(`mutation { ${mutation} { clientMutationId } }`);
    const [problem] = (errors?.[0]?.extensions?.['problems'] ?? []) as readonly { readonly path: readonly unknown[]; readonly code: string }[];
    return errors === undefined ? 'done' : problem ? `${problem.path.join('.')} ${problem.code}` : JSON.stringify(errors);
  }
  const move = (child: number, parent: number | null) => `updateFolder(id: "${id(child)}", input: { parentId: ${parent === null ? 'null' : `"${id(parent)}"`} })`;
  const parents = async () => (await database.query<{ parent: string | null }>({ text: 'SELECT parent_id AS parent FROM folder ORDER BY id', values: [] })).rows.map(({ parent }) => (parent === null ? null : Number(parent.slice(-2))));

  it('take no record below itself, by whatever write', async () => {
    expect(await told(move(1, 1))).toBe('input.parentId CIRCLE');
    expect(await told(move(1, 3))).toBe('input.parentId CIRCLE');
    expect(await told(`createFolder(input: { id: "${id(9)}", parentId: "${id(9)}" })`)).toBe('input.parentId CIRCLE');
    expect(await told(`createFolders(input: [{ id: "${id(8)}", parentId: "${id(9)}" }, { id: "${id(9)}", parentId: "${id(8)}" }])`)).toBe('input.0.parentId CIRCLE');
    expect(await told(`updateFolders(rows: [{ id: "${id(1)}", input: { parentId: "${id(4)}" } }, { id: "${id(4)}", input: { parentId: "${id(1)}" } }])`)).toBe('rows.0.input.parentId CIRCLE');
    expect(await told(`updateFolder(id: "${id(3)}", input: { children: { connect: [{ id: "${id(1)}" }] } })`)).toBe('input.children.connect.0 CIRCLE');
    expect(await told(`upsertFolder(input: { id: "${id(2)}", parentId: "${id(3)}" })`)).toBe('input.parentId CIRCLE');
    expect(await parents()).toEqual([null, 1, 2, null]);
    const { data } = await app.query(`mutation { updateFolders(mode: PARTIAL, rows: [{ id: "${id(1)}", input: { parentId: "${id(3)}" } }, { id: "${id(4)}", input: { parentId: "${id(1)}" } }]) { rows { problems { code } } } }`);
    expect(data).toEqual({ updateFolders: { rows: [{ problems: [{ code: 'CIRCLE' }] }, { problems: [] }] } });
    expect(await parents()).toEqual([null, 1, 2, 1]);
  });

  it('let branches move, also several in one write that are right together', async () => {
    expect(await told(move(4, 3))).toBe('done');
    expect(await told(move(3, 1))).toBe('done');
    // Two changes places with its parent.
    expect(await told(`updateFolders(rows: [{ id: "${id(2)}", input: { parentId: null } }, { id: "${id(1)}", input: { parentId: "${id(2)}" } }])`)).toBe('done');
    expect(await parents()).toEqual([2, null, 1, 3]);
    const { data } = await app.query(`mutation { updateFolders(mode: PARTIAL, rows: [{ id: "${id(2)}", input: { parentId: "${id(4)}" } }, { id: "${id(4)}", input: { parentId: null } }]) { rows { problems { code } } } }`);
    expect(data).toEqual({ updateFolders: { rows: [{ problems: [] }, { problems: [] }] } });
    expect(await told(`updateFolder(id: "${id(1)}", input: { twinId: "${id(1)}" })`)).toBe('done');
  });

  it('have no circle after moves that meet', async () => {
    for (let round = 0; round < 6; round += 1) {
      const answers = await Promise.all([told(move(1, 4)), told(move(4, 1)), told(move(2, 4)), told(move(4, 3))]);
      expect(answers.filter((answer) => answer !== 'done' && answer !== 'input.parentId CIRCLE')).toEqual([]);
      const circles = await database.query({ text: 'WITH RECURSIVE up AS (SELECT id, parent_id FROM folder UNION SELECT u.id, f.parent_id FROM up u JOIN folder f ON f.id = u.parent_id) SELECT id FROM up WHERE id = parent_id', values: [] });
      expect(circles.rows).toEqual([]);
      expect([await told(move(4, null)), await told(move(1, null)), await told(move(2, 1)), await told(move(3, 2))]).toEqual(['done', 'done', 'done', 'done']);
    }
  });
});
