import { expect, it } from 'vitest';
import { Turns, type TakesTurns } from '../../src/server/turns.ts';

class Guest implements TakesTurns<Guest> {
  readonly name: string;
  behind: Guest | undefined;
  waits = false;

  constructor(name: string) {
    this.name = name;
  }
}

it('has each wait once, in the order in which they came', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Guest(name)) as [Guest, Guest, Guest];
  const turns = new Turns<Guest>();
  expect(turns.shift()).toBeUndefined();
  for (const guest of [a, b, a, c, b]) turns.add(guest);
  expect([turns.first, turns.shift()]).toEqual([a, a]);
  turns.add(a);
  expect([turns.shift(), turns.shift(), turns.shift(), turns.shift(), turns.first]).toEqual([b, c, a, undefined, undefined]);
  turns.add(c);
  expect([turns.shift(), turns.shift()]).toEqual([c, undefined]);
});
