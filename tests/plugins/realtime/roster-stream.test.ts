import { describe, expect, it } from 'vitest';
import type { Member } from '../../../src/plugins/realtime/presence/member.ts';
import { Rate } from '../../../src/plugins/realtime/presence/rate.ts';
import { Room } from '../../../src/plugins/realtime/presence/room.ts';
import { RosterStream } from '../../../src/plugins/realtime/presence/roster-stream.ts';

const member = (id: string, line = 0): Member => ({ id, userId: id, state: { line }, joinedAt: '2026-01-01T00:00:00.000Z', updatedAt: `2026-01-01T00:00:00.${String(line).padStart(3, '0')}Z` });

describe('a stream of a roster', () => {
  it('waits until its own member is there, then tells only what came of several changes', async () => {
    const stream = new RosterStream('me', () => undefined);
    const room = new Room();
    const show = (...roster: Member[]): void => {
      const news = room.compare(roster);
      stream.show(room.known, news);
    };
    show(member('other'));
    show(member('other'), member('me'));
    expect((await stream.next()).value).toEqual({ kind: 'ROSTER', self: 'me', members: [member('other'), member('me')] });
    show(member('other', 1), member('me'), member('brief'), member('new'));
    show(member('other', 2), member('me'), member('new', 3));
    expect((await stream.next()).value).toEqual({ kind: 'UPDATED', self: 'me', members: [member('other', 2)] });
    expect((await stream.next()).value).toEqual({ kind: 'JOINED', self: 'me', members: [member('new', 3)] });
    show(member('me'));
    expect((await stream.next()).value).toMatchObject({ kind: 'LEFT', members: [{ id: 'other' }, { id: 'new' }] });
    stream.end();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a rate', () => {
  it('allows twice its number at once and its number a second from then on', () => {
    const rate = new Rate(10);
    const taken = (count: number, now: number): number => Array.from({ length: count }, () => rate.take('a', now)).filter(Boolean).length;
    expect(taken(30, 0)).toBe(20);
    expect(taken(30, 500)).toBe(5);
    rate.forget(2_600);
    expect(taken(30, 2_600)).toBe(20);
    expect(rate.take('b', 2_600)).toBe(true);
  });
});
