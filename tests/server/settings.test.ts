import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resolveServerSettings, serverSettings } from '../../src/server/settings.ts';

describe('server settings', () => {
  it('are safe by default', () => {
    expect(resolveServerSettings()).toMatchObject({ port: 4000, host: '127.0.0.1', path: '/graphql', introspection: true, graphiql: true, cors: false, requestTimeout: 30_000 });
    expect(resolveServerSettings({ production: true })).toMatchObject({ host: '0.0.0.0', introspection: false, graphiql: false });
    expect(Object.values(resolveServerSettings().limits).every((limit) => limit > 0)).toBe(true);
  });

  it('refuse what is not a setting', () => {
    expect(() => resolveServerSettings({ limits: { deepness: 3 } } as never)).toThrow(/deepness/);
    expect(() => resolveServerSettings({ port: 70_000 })).toThrow();
    expect(() => resolveServerSettings({ path: 'graphql' })).toThrow();
  });

  it('all describe themselves', () => {
    const undescribed: string[] = [];
    const visit = (schema: z.core.JSONSchema.BaseSchema, path: string): void => {
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        const property = value as z.core.JSONSchema.BaseSchema;
        if (!property.description) undescribed.push(`${path}${key}`);
        visit(property, `${path}${key}.`);
      }
      for (const option of schema.anyOf ?? []) visit(option as z.core.JSONSchema.BaseSchema, path);
    };
    visit(z.toJSONSchema(serverSettings, { io: 'input' }), '');
    expect(undescribed).toEqual([]);
  });
});
