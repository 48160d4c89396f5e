import { describe, expect, it } from 'vitest';
import fc from '../support/fast-check.ts';
import { StartupError } from '../../src/errors.ts';
import { orderPlugins } from '../../src/kernel/order-plugins.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { plugin } from './plugin-fixture.ts';

const names = (plugins: readonly Plugin[]): string[] => plugins.map(({ name }) => name);

describe('orderPlugins', () => {
  it('keeps the listed order where nothing else is asked for', () => {
    expect(names(orderPlugins([plugin('c'), plugin('a'), plugin('b')]))).toEqual(['c', 'a', 'b']);
  });

  it('puts a plugin after those it requires and those it names in after, when present', () => {
    const ordered = orderPlugins([plugin('audit', { requires: ['identity'], after: ['rules', 'absent'] }), plugin('rules'), plugin('identity')]);
    expect(names(ordered)).toEqual(['identity', 'rules', 'audit']);
  });

  it('names both parties when a required plugin is missing, and all problems at once', () => {
    const order = (): unknown => orderPlugins([plugin('audit', { requires: ['identity'] }), plugin('jobs', { version: 'one' }), plugin('jobs')]);
    expect(order).toThrow(StartupError);
    expect(order).toThrow(/"audit" requires the plugin "identity"/);
    expect(order).toThrow(/"jobs" has the version "one"/);
    expect(order).toThrow(/Two plugins are named "jobs"/);
  });

  it('names the whole circle', () => {
    expect(() => orderPlugins([plugin('a', { after: ['b'] }), plugin('b', { requires: ['c'] }), plugin('c', { after: ['a'] })])).toThrow(/"a" -> "b" -> "c" -> "a"/);
  });

  it('checks semver ranges of other plugins when they are present', () => {
    const audit = plugin('audit', { versions: { identity: '^2.1.0' } });
    expect(names(orderPlugins([audit]))).toEqual(['audit']);
    expect(names(orderPlugins([audit, plugin('identity', { version: '2.4.1' })]))).toEqual(['audit', 'identity']);
    expect(() => orderPlugins([audit, plugin('identity', { version: '3.0.0' })])).toThrow(/"audit" 1\.0\.0 works with "identity" \^2\.1\.0, but 3\.0\.0 is listed/);
    expect(() => orderPlugins([plugin('audit', { versions: { identity: 'new' } }), plugin('identity')])).toThrow(/not a semver range/);
  });

  it('refuses manifests that are not valid or clash', () => {
    const manifest = { id: 'com.example.notes', namespace: 'notes' };
    expect(() => orderPlugins([plugin('a', { manifest: { id: 'notes' } })])).toThrow(/manifest of plugin "a".*reverse domain/);
    expect(() => orderPlugins([plugin('a', { manifest }), plugin('b', { manifest })])).toThrow(/"a" and "b" both have the id "com.example.notes"/);
  });

  it('holds for any acyclic requirements: every plugin once, after all it names', () => {
    const graphs = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.record({ edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }), shuffle: fc.shuffledSubarray([...Array(size).keys()], { minLength: size }) }),
    );
    fc.assert(
      fc.property(graphs, ({ edges, shuffle }) => {
        const plugins = shuffle.map((index) =>
          plugin(`p${index}`, { requires: edges.filter(([from, to]) => from === index && to < from).map(([, to]) => `p${to}`) }),
        );
        const ordered = names(orderPlugins(plugins));
        expect([...ordered].sort()).toEqual(names(plugins).sort());
        for (const { name, requires = [] } of plugins) for (const earlier of requires) expect(ordered.indexOf(earlier)).toBeLessThan(ordered.indexOf(name));
      }),
    );
  });
});
