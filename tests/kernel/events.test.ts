import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/kernel/event-pattern.ts';
import { createEvents, type BusEvent } from '../../src/kernel/events.ts';

describe('event patterns', () => {
  it.each([
    ['invoice.paid', 'invoice.paid', true],
    ['invoice.paid', 'invoice.paid.late', false],
    ['invoice.*', 'invoice.paid', true],
    ['invoice.*', 'invoice.paid.late', false],
    ['invoice.*', 'invoice', false],
    ['invoice.**', 'invoice', true],
    ['invoice.**', 'invoice.paid.late', true],
    ['**.late', 'invoice.paid.late', true],
    ['**.late', 'invoice.paid', false],
    ['*.paid.*', 'invoice.paid.late', true],
    ['plugin:*', 'plugin:started', true],
    ['**', 'anything.at:all', true],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(compilePattern(pattern)(name)).toBe(expected);
  });

  it('refuses wildcards inside a part and the empty pattern', () => {
    expect(() => compilePattern('invoice.p*')).toThrow(/whole parts/);
    expect(() => compilePattern('')).toThrow(/empty/);
  });
});

describe('event bus', () => {
  it('isolates handlers: one that throws stops no other and reaches the reporter', async () => {
    const reported: [unknown, string][] = [];
    const seen: string[] = [];
    const events = createEvents((error, event) => reported.push([error, event.name]));
    events.on('order.*', () => {
      throw new Error('broken');
    });
    events.on('order.*', async () => Promise.reject(new Error('also broken')));
    events.on('order.placed', (event) => void seen.push(event.name));
    await events.emitAndWait('order.placed', { total: 1 });
    expect(seen).toEqual(['order.placed']);
    expect(reported).toEqual([[new Error('broken'), 'order.placed'], [new Error('also broken'), 'order.placed']]);
  });

  it('waits for every handler with emitAndWait and for none with emit', async () => {
    const events = createEvents(() => undefined);
    let done = 0;
    events.on('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      done += 1;
    });
    events.emit('slow', undefined);
    expect(done).toBe(0);
    await events.emitAndWait('slow', undefined);
    expect(done).toBe(2);
  });

  it('runs higher priorities first, once handlers once, and none after it is ended', async () => {
    const events = createEvents(() => undefined);
    const seen: string[] = [];
    const end = events.on('x', () => void seen.push('plain'));
    events.on('x', () => void seen.push('first'), { priority: 10 });
    events.on('x', () => void seen.push('once'), { once: true });
    await events.emitAndWait('x', undefined);
    end();
    await events.emitAndWait('x', undefined);
    expect(seen).toEqual(['first', 'plain', 'once', 'first']);
  });

  it('carries payload and metadata', async () => {
    const events = createEvents(() => undefined);
    let got: BusEvent | undefined;
    events.on('a.b', (event) => void (got = event));
    await events.emitAndWait('a.b', { value: 1 }, { source: 'test', userId: 'u1', correlationId: 'r1' });
    expect(got).toMatchObject({ name: 'a.b', payload: { value: 1 }, metadata: { source: 'test', userId: 'u1', correlationId: 'r1' } });
    expect(got?.metadata.timestamp).toBeInstanceOf(Date);
  });

  it('refuses to emit a pattern', () => {
    expect(() => createEvents(() => undefined).emit('a.*', undefined)).toThrow(/wildcards/);
  });
});
