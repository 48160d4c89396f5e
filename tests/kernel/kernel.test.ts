import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src/kernel/kernel.ts';
import { LifecycleError } from '../../src/kernel/lifecycle.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { plugin } from './plugin-fixture.ts';

declare module '../../src/kernel/plugin.ts' {
  interface Services {
    greeter: { greet(): string };
  }
}

/** A plugin that notes each of its hooks. */
const noted = (name: string, notes: string[], rest: Partial<Plugin> = {}, broken?: 'init' | 'start' | 'stop'): Plugin => {
  const note = (hook: 'init' | 'start' | 'stop') => () => {
    notes.push(`${hook} ${name}`);
    if (hook === broken) throw new Error(`${name} cannot ${hook}`);
  };
  return plugin(name, { lifecycle: { init: note('init'), start: note('start'), stop: note('stop') }, ...rest });
};

describe('lifecycle', () => {
  it('initialises all, then starts all, and stops in reverse', async () => {
    const notes: string[] = [];
    const kernel = createKernel({ plugins: [noted('a', notes, { requires: ['b'] }), noted('b', notes)] });
    kernel.events.on('kernel:*', ({ name }) => void notes.push(name));
    const report = await kernel.start();
    await Promise.all([kernel.stop(), kernel.stop()]);
    expect(notes).toEqual([
      'kernel:before-init', 'init b', 'init a', 'kernel:after-init', 'start b', 'start a', 'kernel:ready', 'kernel:shutdown', 'stop a', 'stop b',
    ]);
    expect(report).toMatchObject({ success: true, plugins: [{ plugin: 'b', success: true }, { plugin: 'a', success: true }] });
    expect(kernel.state).toBe('stopped');
  });

  it('rolls back what had started when one fails, and reports it', async () => {
    const notes: string[] = [];
    const kernel = createKernel({ plugins: [noted('a', notes), noted('b', notes, {}, 'start'), noted('c', notes)] });
    const failure = await kernel.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LifecycleError);
    expect((failure as Error).message).toBe('The plugin "b" could not start: b cannot start');
    expect(notes).toEqual(['init a', 'init b', 'init c', 'start a', 'start b', 'stop c', 'stop b', 'stop a']);
    expect((failure as LifecycleError).report).toMatchObject({ success: false, plugins: [{ plugin: 'a', success: true }, { plugin: 'b', success: false, error: new Error('b cannot start') }, { plugin: 'c' }] });
    expect(kernel.state).toBe('failed');
  });

  it('does not stop what was never initialised', async () => {
    const notes: string[] = [];
    const kernel = createKernel({ plugins: [noted('a', notes), noted('b', notes, {}, 'init'), noted('c', notes)] });
    await expect(kernel.start()).rejects.toThrow('The plugin "b" could not be initialised: b cannot init');
    expect(notes).toEqual(['init a', 'init b', 'stop a']);
  });

  it('stops the others when one fails to stop, and logs it', async () => {
    const notes: string[] = [];
    const logged: object[] = [];
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (details: object) => void logged.push(details), child: () => log };
    const kernel = createKernel({ plugins: [noted('a', notes), noted('b', notes, {}, 'stop')], log });
    await kernel.start();
    await kernel.stop();
    expect(notes.slice(-2)).toEqual(['stop b', 'stop a']);
    expect(logged).toEqual([{ err: new Error('b cannot stop'), plugin: 'b' }]);
  });

  it('gives up on a hook that takes too long, and tells the hook', async () => {
    let aborted = false;
    const slow = plugin('slow', { lifecycle: { start: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))) } });
    await expect(createKernel({ plugins: [slow], timeout: 20 }).start()).rejects.toThrow('The plugin "slow" could not start: "start" of the plugin "slow" did not end within 20 ms.');
    expect(aborted).toBe(true);
  });
});

describe('services', () => {
  const greeter = { greet: () => 'hello' };

  it('are registered by one plugin and used by another', async () => {
    let greeting = '';
    const kernel = createKernel({
      plugins: [
        plugin('user', { requires: ['giver'], lifecycle: { start: ({ services }) => void (greeting = services.get('greeter').greet()) } }),
        plugin('giver', { lifecycle: { init: ({ services }) => services.register('greeter', greeter) } }),
      ],
    });
    await kernel.start();
    expect(greeting).toBe('hello');
    expect(kernel.services.list()).toEqual([{ name: 'greeter', owner: 'giver' }]);
    await kernel.stop();
    expect(kernel.services.has('greeter')).toBe(false);
  });

  it('name both owners when registered twice, and who asked when missing', async () => {
    const register = (name: string): Plugin => plugin(name, { lifecycle: { init: ({ services }) => services.register('greeter', greeter) } });
    await expect(createKernel({ plugins: [register('a'), register('b')] }).start()).rejects.toThrow('The service "greeter" is offered by both "a" and "b".');
    const asks = plugin('asks', { lifecycle: { init: ({ services }) => void services.get('greeter') } });
    await expect(createKernel({ plugins: [asks] }).start()).rejects.toThrow('"asks" needs the service "greeter", which no plugin offers.');
  });

  it('can be replaced by one that wraps the former', async () => {
    const loud = plugin('loud', {
      after: ['giver'],
      lifecycle: {
        init({ services }) {
          const former: { greet(): string } = services.replace('greeter', { greet: (): string => `${former.greet()}!` });
        },
      },
    });
    const kernel = createKernel({ plugins: [loud, plugin('giver', { lifecycle: { init: ({ services }) => services.register('greeter', greeter) } })] });
    await kernel.start();
    expect(kernel.services.get('greeter', 'test').greet()).toBe('hello!');
  });
});

describe('health', () => {
  it('is the worst of all checks; a throw or a time-out is unhealthy', async () => {
    const kernel = createKernel({
      plugins: [
        plugin('fine', { health: () => undefined }),
        plugin('slower', { health: () => ({ status: 'degraded', message: 'queue is long', checks: [{ name: 'queue', status: 'warning' }] }) }),
      ],
      health: { timeout: 20, maxAge: 0 },
    });
    expect(await kernel.health.report()).toMatchObject({
      status: 'degraded',
      components: [{ name: 'fine', status: 'healthy' }, { name: 'slower', status: 'degraded', message: 'queue is long', checks: [{ name: 'queue', status: 'warning' }] }],
    });
    kernel.health.add('database', () => Promise.reject(new Error('no connection')));
    kernel.health.add('stuck', () => new Promise(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await kernel.health.report()).toMatchObject({
      status: 'unhealthy',
      components: [{}, {}, { name: 'database', status: 'unhealthy', message: 'no connection' }, { name: 'stuck', status: 'unhealthy', message: 'The health check of "stuck" did not end within 20 ms.' }],
    });
  });

  it('runs the checks once for callers at the same time', async () => {
    let runs = 0;
    const kernel = createKernel({ plugins: [plugin('counted', { health: () => void (runs += 1) })] });
    await Promise.all([kernel.health.report(), kernel.health.report()]);
    await kernel.health.report();
    expect(runs).toBe(1);
  });
});
