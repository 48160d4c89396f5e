import { expect, it } from 'vitest';
import type { CatalogObject } from '../../../src/metadata/catalog.ts';
import { ViewIndex } from '../../../src/plugins/realtime/views/view-index.ts';
import type { View } from '../../../src/plugins/realtime/views/view.ts';
import fc from '../../support/fast-check.ts';

const view = (key: string, marks: View['marks']): View => ({
  key, marks, object: {} as CatalogObject, filter: { kind: 'always', value: true }, test: () => true, needs: new Set(['id', 'stage']), dependencies: new Set(), timed: false, known: undefined, audiences: new Map(),
});

it('a change concerns the views of its own values alone, however many there are', () => {
  const index = new ViewIndex({} as CatalogObject);
  const byId = Array.from({ length: 20_000 }, (_, n) => view(`id ${n}`, [{ field: 'id', value: `id-${n}` }]));
  const either = view('either', [{ field: 'stage', value: 'won' }, { field: 'stage', value: 'lost' }]);
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

it('a change concerns the views of ranges that its values lie in', () => {
  const bound = fc.option(fc.integer({ min: -5, max: 30 }), { nil: undefined });
  const ranges = fc.array(fc.record({ low: bound, high: bound }), { maxLength: 40 });
  fc.assert(fc.property(ranges, fc.array(fc.nat(39)), fc.integer({ min: -7, max: 32 }), (given, gone, value) => {
    const index = new ViewIndex({} as CatalogObject);
    const views = given.map(({ low = -Infinity, high = Infinity }, n) => view(String(n), [{ field: 'number', isTime: false, low, high }]));
    const keys = (image: unknown): string[] => [...index.candidates([{ number: image }])].map(({ key }) => key).sort();
    const holding = (of: readonly View[]): string[] => of.filter(({ marks }) => marks?.every((mark) => 'low' in mark && mark.low <= value && mark.high >= value)).map(({ key }) => key).sort();
    for (const each of views) index.add(each);
    expect(keys(value)).toEqual(holding(views));
    expect(keys('none').length).toBe(views.length);
    for (const n of new Set(gone)) if (views[n]) index.delete(views[n]);
    expect(keys(String(value))).toEqual(holding(views.filter((_, n) => !gone.includes(n))));
  }));
});
