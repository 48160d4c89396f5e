import { expect, it } from 'vitest';
import type { ChangeMessage } from '../../../src/plugins/realtime/delivery/change.ts';
import { Subscriber, type Batch } from '../../../src/plugins/realtime/delivery/subscriber.ts';
import { SubscriptionEvent } from '../../../src/resolvers/execute/subscription-event.ts';

const subscriber = (queueSize = 1_000): Subscriber =>
  new Subscriber({ readerOf: () => { throw new Error('Nothing is read.'); }, queueSize, gapCursor: (cursor) => cursor, onGap: () => false, onEnd: () => undefined });

/** Batches with one message for each record, which follow each other. */
function chain(name: string, ...batches: readonly (readonly string[])[]): Batch[] {
  const made = batches.map((ids, index): Batch => {
    const cursor = `${name}${String(index)}`;
    const messages = ids.map((id) => {
      const message: ChangeMessage = { kind: 'UPDATED', cursor: `${cursor} ${id}`, recordId: id, changedFields: [], at: undefined, records: {} };
      return { object: undefined, message, event: new SubscriptionEvent(message) };
    });
    return { messages, cursor, next: undefined };
  });
  for (const [index, batch] of made.entries()) batch.next = made[index + 1];
  return made;
}

function told(reader: Subscriber, most = Infinity): string[] {
  const all: string[] = [];
  for (let event = all.length < most ? reader.poll() : undefined; event; event = all.length < most ? reader.poll() : undefined) {
    const { kind, cursor } = event.value as ChangeMessage;
    all.push(kind === 'UPDATED' ? cursor : `${kind} ${cursor}`);
  }
  return all;
}

it('tells what it was handed and nothing of what its audience is told without it', () => {
  const [first, second, third] = chain('a', ['1', '2'], ['1'], ['3']) as [Batch, Batch, Batch];
  const reader = subscriber();
  reader.pushShared(first);
  expect(told(reader, 1)).toEqual(['a0 1']);
  reader.pushShared(second);
  expect(told(reader)).toEqual(['a0 2', 'a1 1']);
  reader.pushShared(third);
  expect(told(reader)).toEqual(['a2 3']);
  const late = subscriber();
  late.pushShared(second);
  expect(told(late)).toEqual(['a1 1']);
});

it('keeps the order when batches of another audience, or messages of its own, come between', () => {
  const [a1, a2, a3] = chain('a', ['1'], ['2'], ['3']) as [Batch, Batch, Batch];
  const [b1, b2] = chain('b', ['4', '5'], ['6']) as [Batch, Batch];
  const reader = subscriber();
  for (const batch of [a1, a2, b1, b2]) reader.pushShared(batch);
  const [own] = chain('own', ['7']) as [Batch];
  for (const waiting of own.messages) reader.push(waiting, own.cursor);
  reader.pushShared(a3);
  expect(told(reader)).toEqual(['a0 1', 'a1 2', 'b0 4', 'b0 5', 'b1 6', 'own0 7', 'a2 3']);
});

it('begins anew with a batch that does not follow on the last', () => {
  const [first, , third] = chain('a', ['1'], ['2'], ['3']) as [Batch, Batch, Batch];
  const reader = subscriber();
  reader.pushShared(first);
  reader.pushShared(third);
  expect(told(reader)).toEqual(['a0 1', 'a2 3']);
});

it('holds on to no batch once it parted from its audience', () => {
  const [first, second] = chain('a', ['1', '2'], ['3']) as [Batch, Batch];
  const reader = subscriber();
  reader.pushShared(first);
  told(reader, 1);
  reader.part();
  first.next = undefined;
  reader.pushShared(second);
  expect(told(reader)).toEqual(['a0 2', 'a1 3']);
});

it('tells of each record what came of it when much waits, and of a gap when too much does', () => {
  const many = chain('a', ...Array.from({ length: 100 }, (_, index) => [String(index % 7)]));
  const reader = subscriber();
  for (const batch of many) reader.pushShared(batch);
  const cursors = told(reader);
  expect(new Set(cursors.map((cursor) => cursor.split(' ')[1])).size).toBe(7);
  expect(cursors.at(-1)).toBe('a99 1');
  expect(cursors.length).toBeLessThan(50);
  const narrow = subscriber(3);
  for (const batch of chain('b', ['1', '2'], ['3', '4'], ['5'])) narrow.pushShared(batch);
  expect(told(narrow)).toEqual(['RESYNC b1', 'b2 5']);
});
