import { expect, it } from 'vitest';
import type { CatalogObject } from '../../../src/metadata/catalog.ts';
import { ViewIndex } from '../../../src/plugins/realtime/views/view-index.ts';
import type { View } from '../../../src/plugins/realtime/views/view.ts';

const view = (key: string, values: View['values']): View => ({
  key, values, object: {} as CatalogObject, filter: { kind: 'always', value: true }, test: () => true, needs: new Set(['id', 'stage']), dependencies: new Set(), timed: false, known: undefined, audiences: new Map(),
});

it('a change concerns the views of its own values alone, however many there are', () => {
  const index = new ViewIndex({} as CatalogObject);
  const byId = Array.from({ length: 20_000 }, (_, n) => view(`id ${n}`, [['id', `id-${n}`]]));
  const either = view('either', [['stage', 'won'], ['stage', 'lost']]);
  for (const each of [...byId, either]) index.add(each);
  const keys = (...images: Parameters<ViewIndex['candidates']>[0]): string[] => [...index.candidates(images)].map(({ key }) => key).sort();
  expect(keys({ id: 'ID-77', stage: 'open' })).toEqual(['id 77']);
  expect(keys({ id: 'id-77', stage: 'open' }, { id: 'id-77', stage: 'won' })).toEqual(['either', 'id 77']);
  expect(keys({ id: 'none', stage: null }, undefined)).toEqual([]);
  for (const each of byId) index.delete(each);
  expect([index.size, keys({ id: 'id-77', stage: 'lost' })]).toEqual([1, ['either']]);
  const scanned = view('scanned', undefined);
  index.add(scanned);
  expect(keys({ id: 'none' })).toEqual(['scanned']);
});
