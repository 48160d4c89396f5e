import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldTypes, formulaResult, resolveDefault, verifyPassword } from '../../../src/metadata/field-types/index.ts';
import { parseSealingKey, setSealingKey, unseal } from '../../../src/metadata/sealing.ts';
import { typeCases } from './cases.ts';
import type { Definition } from './make-field.ts';
import { makeField } from './make-field.ts';

const vocabulary =
  'text textarea code email url phone password markdown html richtext number currency percent date datetime time boolean toggle select radio multiselect checkboxes tags lookup master_detail tree user image file avatar video audio formula summary autonumber location address json color rating slider progress signature qrcode vector composite repeater record secret'.split(' ');

beforeAll(() => { setSealingKey(Buffer.alloc(32, 7)); });
afterAll(() => { setSealingKey(undefined); });

function shapeText(definition: Definition): string {
  const field = makeField(definition);
  const shape = field.type.graphql(field);
  const name = shape.kind === 'scalar' ? shape.scalar : shape.kind === 'embedded' ? (shape.typeName ?? 'embedded') : shape.kind;
  return shape.list === true ? `[${name}]` : name;
}

describe('the list of types', () => {
  it('is that of the vocabulary', () => {
    expect([...fieldTypes.keys()].sort()).toEqual([...vocabulary].sort());
    for (const [name, type] of fieldTypes) expect(type.name).toBe(name);
  });

  it.each(vocabulary)('%s has every face', (name) => {
    const type = fieldTypes.get(name);
    if (type === undefined) throw new Error(`no type ${name}`);
    const cases = typeCases.filter((one) => one.definition.type === name);
    expect(cases.length, 'cases in the table').toBeGreaterThan(0);
    expect(type.description).toMatch(/^[A-Z].*\.$/);
    const listed = [...(type.clientKeys ?? []), ...(type.inertKeys ?? [])];
    expect(new Set(listed).size, 'keys are for clients or without effect, not both').toBe(listed.length);
    for (const key of listed) expect(Object.keys(type.keys)).toContain(key.split('.')[0]);
    for (const { definition } of cases) {
      const field = makeField(definition);
      const column = type.column(field);
      expect(type.json('x', field)).toContain('x');
      if (column !== undefined) expect(column.pgType.startsWith(column.castType.replace('[]', ''))).toBe(true);
      // Whoever sorts, groups or aggregates reads a column, and may ask for it in a filter.
      if (type.sortable && !field.multiple) expect(type.filters(field)).toBeDefined();
      if (type.confidential === true) expect([type.filters(field), type.sortable, type.groupable, type.searchText]).toEqual([undefined, false, false, undefined]);
    }
  });
});

describe.each(typeCases.map((one) => [JSON.stringify(one.definition).slice(0, 90), one] as const))('%s', (_title, one) => {
  const field = makeField(one.definition);

  it('has its column and GraphQL type, and is a possible definition', () => {
    expect(field.type.column(field)?.pgType).toBe(one.column);
    expect(shapeText(one.definition)).toBe(one.graphql);
    const problems: string[] = [];
    field.type.check?.(field, (key, message) => problems.push(`${key}: ${message}`));
    expect(problems).toEqual([]);
  });

  it.runIf(one.refuses.length > 0)('refuses by code and place', () => {
    const found = one.refuses.map(([input]) => {
      const coerced = field.type.coerce(input, field);
      return 'problem' in coerced ? { code: coerced.problem.code, path: coerced.problem.path ?? [] } : coerced;
    });
    expect(found).toEqual(one.refuses.map(([, code, path = []]) => ({ code, path })));
  });
});

describe('impossible definitions', () => {
  it.each<[Definition, string]>([
    [{ type: 'text', minLength: 5, maxLength: 3 }, 'minLength'],
    [{ type: 'text', format: '(' }, 'format'],
    [{ type: 'text', format: 'shouting' }, 'format'],
    [{ type: 'password', unique: true }, 'unique'],
    [{ type: 'json', unique: true }, 'unique'],
    [{ type: 'tags', externalId: true }, 'externalId'],
    [{ type: 'lookup', reference: 'other', multiple: true, unique: true }, 'unique'],
    [{ type: 'text', maxLength: 3, defaultValue: 'long one' }, 'defaultValue'],
    [{ type: 'number', min: 5, max: 3 }, 'min'],
    [{ type: 'number', min: 0, max: 1, step: 2 }, 'step'],
    [{ type: 'number', scale: 0, min: 0.2, max: 0.8 }, 'min'],
    [{ type: 'number', precision: 3, scale: 4 }, 'scale'],
    [{ type: 'number', max: 5, defaultValue: 6 }, 'defaultValue'],
    [{ type: 'currency', precision: 2, scale: 3 }, 'scale'],
    [{ type: 'currency', min: 2, max: 1 }, 'min'],
    [{ type: 'rating', maxRating: 5, max: 10 }, 'max'],
    [{ type: 'slider', min: 200 }, 'min'],
    [{ type: 'progress', max: -5 }, 'max'],
    [{ type: 'date', defaultValue: '2024-02-30' }, 'defaultValue'],
    [{ type: 'date', defaultValue: 'current_user' }, 'defaultValue'],
    [{ type: 'boolean', defaultValue: 'yes' }, 'defaultValue'],
    [{ type: 'select' }, 'options'],
    [{ type: 'multiselect' }, 'options'],
    [{ type: 'select', options: ['x'.repeat(501)] }, 'options'],
    [{ type: 'select', options: ['a'], defaultValue: 'b' }, 'defaultValue'],
    [{ type: 'lookup', reference: 'other', required: true }, 'deleteBehavior'],
    [{ type: 'tree', reference: 'other' }, 'reference'],
    [{ type: 'file', fileAttachmentConfig: { minSize: 5, maxSize: 3 } }, 'fileAttachmentConfig.minSize'],
    [{ type: 'file', fileAttachmentConfig: { virusScanProvider: 'clamav' } }, 'fileAttachmentConfig.virusScanProvider'],
    [{ type: 'file', fileAttachmentConfig: { allowedTypes: ['pdf'], blockedTypes: ['pdf'] } }, 'fileAttachmentConfig'],
    [{ type: 'file', fileAttachmentConfig: { allowMultiple: true } }, 'fileAttachmentConfig.allowMultiple'],
    [{ type: 'formula' }, 'expression'],
    [{ type: 'formula', expression: 'a', defaultValue: 1 }, 'defaultValue'],
    [{ type: 'summary' }, 'summaryOperations'],
    [{ type: 'summary', summaryOperations: { object: 'line', function: 'sum' } }, 'summaryOperations.field'],
    [{ type: 'autonumber', autonumberFormat: '{0000}-{000}' }, 'autonumberFormat'],
    [{ type: 'autonumber', autonumberFormat: 'INV-{0000' }, 'autonumberFormat'],
    [{ type: 'autonumber', autonumberFormat: '{Wrong Field}' }, 'autonumberFormat'],
    [{ type: 'color', presetColors: ['#fff', 'red'] }, 'presetColors'],
    [{ type: 'vector' }, 'dimensions'],
    [{ type: 'vector', dimensions: 2, vectorConfig: { dimensions: 3 } }, 'dimensions'],
    [{ type: 'composite' }, 'fields'],
    [{ type: 'composite', fields: { owner: { type: 'lookup', reference: 'user' } } }, 'fields.owner'],
    [{ type: 'repeater', fields: { total: { type: 'formula', expression: '1' } } }, 'fields.total'],
    [{ type: 'record', fields: { pin: { type: 'password' } } }, 'fields.pin'],
    [{ type: 'composite', fields: { amount: { type: 'number', min: 2, max: 1 } } }, 'fields.amount.min'],
    [{ type: 'password', defaultValue: 'letmein' }, 'defaultValue'],
    [{ type: 'secret', defaultValue: 'key' }, 'defaultValue'],
  ])('%j is refused at %s', (definition, key) => {
    const field = makeField(definition);
    const keys: string[] = [];
    field.type.check?.(field, (at, message) => {
      expect(message).not.toBe('');
      keys.push(at);
    });
    expect(keys).toEqual([key]);
  });
});

describe('own keys', () => {
  it.each<[Definition]>([
    [{ type: 'text', maxLength: 0 }],
    [{ type: 'number', step: 0 }],
    [{ type: 'currency', currencyConfig: { precision: 11 } }],
    [{ type: 'currency', currencyConfig: { defaultCurrency: 'euro' } }],
    [{ type: 'rating', maxRating: 0 }],
    [{ type: 'vector', dimensions: 10_001 }],
    [{ type: 'color', colorFormat: 'cmyk' }],
    [{ type: 'qrcode', barcodeFormat: 'aztec' }],
    [{ type: 'summary', summaryOperations: { object: 'line', function: 'median' } }],
    [{ type: 'file', fileAttachmentConfig: { presignedUrlExpiry: 5 } }],
    [{ type: 'formula', returnType: 'color' }],
  ])('%j is refused by its schema', (definition) => {
    expect(z.object(fieldTypes.get(definition.type)?.keys ?? {}).safeParse(definition).success).toBe(false);
  });

  it.each(typeCases.map((one) => [one.definition] as const))('%j is accepted by its schema', (definition) => {
    expect(z.object(fieldTypes.get(definition.type)?.keys ?? {}).safeParse(definition).error).toBeUndefined();
  });
});

describe('defaults', () => {
  const now = new Date('2026-03-31T09:30:15.250Z');
  const userId = '0197f3c0-0000-7000-8000-00000000abcd';

  it.each<[Definition, unknown]>([
    [{ type: 'date', defaultValue: 'TODAY()' }, '2026-03-31'],
    [{ type: 'date', defaultValue: '$today' }, '2026-03-31'],
    [{ type: 'date', defaultValue: 'now' }, '2026-03-31'],
    [{ type: 'datetime', defaultValue: 'NOW()' }, '2026-03-31T09:30:15.250Z'],
    [{ type: 'datetime', defaultValue: 'TODAY()' }, '2026-03-31T00:00:00.000Z'],
    [{ type: 'time', defaultValue: 'now' }, '09:30:15.250'],
    [{ type: 'user', reference: 'user', defaultValue: '$currentUser' }, userId],
    [{ type: 'lookup', reference: 'user', defaultValue: 'current_user' }, userId],
    [{ type: 'text', defaultValue: 'current_user' }, userId],
    [{ type: 'text', defaultValue: 'now' }, 'now'],
    [{ type: 'select', options: ['Active Customer'], defaultValue: 'active customer' }, 'Active Customer'],
    [{ type: 'currency', defaultValue: 5 }, '5.00'],
    [{ type: 'tags', defaultValue: ['new'] }, ['new']],
    [{ type: 'boolean', defaultValue: false }, false],
    [{ type: 'text' }, undefined],
  ])('%j', (definition, expected) => {
    expect(resolveDefault(makeField(definition), { now, userId })).toEqual(expected);
  });

  it('of the current user is absent when nobody is signed in', () => {
    expect(resolveDefault(makeField({ type: 'user', reference: 'user', defaultValue: 'current_user' }), { now, userId: undefined })).toBeUndefined();
  });
});

describe('confidential values', () => {
  const password = makeField({ type: 'password' });
  const secret = makeField({ type: 'secret' }, 'api_key');

  it('keep passwords as salted hashes that only verify', async () => {
    const hashes = await Promise.all([password.type.coerceAsync?.('hunter22', password), password.type.coerce('hunter22', password)]);
    const [one = '', two = ''] = hashes.map((coerced) => String(coerced && 'value' in coerced && coerced.value));
    expect(one).not.toBe(two);
    expect(one).not.toContain('hunter22');
    await expect(verifyPassword('hunter22', one)).resolves.toBe(true);
    await expect(verifyPassword('hunter22', two)).resolves.toBe(true);
    await expect(verifyPassword('hunter23', one)).resolves.toBe(false);
    await expect(verifyPassword('hunter22', 'hunter22')).resolves.toBe(false);
  });

  it('seal secrets for their field, under the current key', () => {
    const coerced = secret.type.coerce('sk_live_42', secret);
    const sealed = String('value' in coerced && coerced.value);
    expect(sealed).not.toContain('sk_live_42');
    expect(unseal(sealed, 'thing.api_key')).toBe('sk_live_42');
    expect(() => unseal(sealed, 'thing.other')).toThrow();
    const last = sealed.at(-2) === 'A' ? 'B' : 'A';
    expect(() => unseal(`${sealed.slice(0, -2)}${last}${sealed.slice(-1)}`, 'thing.api_key')).toThrow();
    setSealingKey(Buffer.alloc(32, 8));
    expect(() => unseal(sealed, 'thing.api_key')).toThrow(/key .* is not set/);
    setSealingKey(Buffer.alloc(32, 8), [Buffer.alloc(32, 7)]);
    expect(unseal(sealed, 'thing.api_key')).toBe('sk_live_42');
  });

  it('refuse secrets without a key, and say how to get one', () => {
    setSealingKey(undefined);
    expect(secret.type.coerce('sk', secret)).toMatchObject({ problem: { code: 'NO_KEY', message: expect.stringContaining('OBJECTOS_SECRET_KEY') as string } });
  });

  it('read the key from base64 and hexadecimal digits, and nothing shorter', () => {
    expect(parseSealingKey(Buffer.alloc(32, 1).toString('base64'))).toEqual(Buffer.alloc(32, 1));
    expect(parseSealingKey(`${'ab'.repeat(32)}\n`)).toEqual(Buffer.alloc(32, 0xab));
    expect(() => parseSealingKey('secret')).toThrow(/32 bytes/);
  });
});

it('a formula without returnType is a text', () => {
  expect(formulaResult(makeField({ type: 'formula', expression: 'a' })).name).toBe('text');
});
