import type { Plugin } from '../../src/kernel/plugin.ts';

export const plugin = (name: string, rest: Partial<Plugin> = {}): Plugin => ({ name, version: '1.0.0', description: `Plugin ${name}.`, ...rest });
