import type { DefinitionInput } from '../../src/metadata/phase.ts';

/** One field type as a client meets it. `low` sorts before `high` where the type has an order. */
export interface ApiCase {
  /** Of the field; the key is the name of the type. */
  readonly definition?: Readonly<Record<string, unknown>>;
  readonly low: unknown;
  readonly high: unknown;
  /** How both come back; as given when absent. */
  readonly shown?: readonly [low: unknown, high: unknown];
  /** What `jsonContains` finds `high` by; `high` itself when absent. */
  readonly part?: unknown;
  /** Selection below the field, for embedded values. */
  readonly select?: string;
  /** Refused by the field: the problem's code, and its path below the field. */
  readonly refused?: readonly (readonly [value: unknown, code: string, path?: readonly (string | number)[]])[];
  /** Refused by the schema before anything runs. */
  readonly malformed?: readonly unknown[];
}

/** Records that lookups point to. */
export const targets = ['0197f3c0-0000-7000-8000-000000000001', '0197f3c0-0000-7000-8000-000000000002'] as const;
const [one, two] = targets;
const nowhere = '0197f3c0-0000-7000-8000-00000000dead';
const mask = '••••••••';

const text: ApiCase = { low: 'Ada\'s "first" 🙂', high: 'Babbage', definition: { maxLength: 20 }, refused: [['x'.repeat(21), 'TOO_LONG'], ['a\u0000b', 'BAD_FORMAT']], malformed: [7, ['a', 'b']] };
const longText: ApiCase = { ...text, low: 'Ada\nsecond line', high: 'Babbage' };
const file: ApiCase = {
  low: { url: '/files/a', size: 12 }, high: { url: '/files/b', name: 'b' }, select: '{ url name size }',
  shown: [{ url: '/files/a', name: null, size: 12 }, { url: '/files/b', name: 'b', size: null }],
  refused: [[{ url: 'javascript:alert(1)' }, 'BAD_FORMAT', ['url']], [{ url: '/a', size: -1 }, 'OUT_OF_RANGE', ['size']]],
  malformed: ['/files/a', { url: '/a', color: 'red' }],
};
const reference: ApiCase = { definition: { reference: 'target' }, low: one, high: two, refused: [['42', 'BAD_FORMAT'], [nowhere, 'NOT_FOUND']] };
const options: ApiCase = { definition: { options: ['Active Customer', 'lead', 'Zoo'] }, low: 'ACTIVE_CUSTOMER', high: 'LEAD', malformed: ['active', 'Active Customer', 3] };
const severalOptions: ApiCase = { ...options, low: ['ZOO'], high: ['ZOO', 'LEAD'], malformed: [['NOPE']] };
const line = { sku: { type: 'text', required: true, maxLength: 5 }, price: { type: 'currency' }, phase: { type: 'select', options: ['new', 'old'] } };
const shownLine = (sku: string, price: string | null = null, phase: string | null = null) => ({ sku, price, phase });

/** Types whose values the platform computes are left out of the API without a plugin that computes them. */
export const computedTypes = ['formula', 'summary', 'autonumber'] as const;

export const computedDefinitions: Readonly<Record<(typeof computedTypes)[number], Readonly<Record<string, unknown>>>> = {
  formula: { expression: '1 + 1' },
  summary: { summaryOperations: { object: 'target', function: 'count' } },
  autonumber: {},
};

export const apiCases: Readonly<Record<string, ApiCase>> = {
  text, textarea: longText, code: longText, markdown: longText, html: longText, richtext: longText,
  email: { low: 'ada@example.com', high: 'bob@example.com', refused: [['ada', 'BAD_FORMAT']], malformed: [true] },
  url: { low: 'https://a.example.com/x?y=1', high: 'https://b.example.com', refused: [['javascript:alert(1)', 'BAD_FORMAT'], ['example', 'BAD_FORMAT']] },
  phone: { low: '+44 20 7946 0018', high: '+49 30 1234567', refused: [['call me', 'BAD_FORMAT']] },
  password: { definition: { minLength: 8 }, low: 'correct horse', high: 'battery staple', shown: [mask, mask], refused: [['short', 'TOO_SHORT'], [mask, 'MASKED_VALUE']] },
  secret: { low: 'sk_live_1', high: 'sk_live_2', shown: [mask, mask], refused: [[mask, 'MASKED_VALUE']] },
  number: { definition: { min: -10 }, low: -1.25, high: 1e9, refused: [[-11, 'OUT_OF_RANGE'], [1e151, 'OUT_OF_RANGE']], malformed: ['twelve', true] },
  currency: { low: '-0.01', high: '9999999999999999.99', refused: [['0.001', 'TOO_PRECISE'], ['10000000000000000', 'OUT_OF_RANGE']], malformed: ['1,000', 'NaN', true] },
  percent: { definition: { scale: 2 }, low: '12.50', high: '33.33', refused: [['33.333', 'TOO_PRECISE']] },
  date: { low: '0001-01-01', high: '2024-02-29', refused: [], malformed: ['2023-02-29', '2024-2-3', 'tomorrow', 20240229] },
  datetime: { low: '2024-02-29T09:30:00+02:00', high: '2024-02-29T23:59:59.999Z', shown: ['2024-02-29T07:30:00.000Z', '2024-02-29T23:59:59.999Z'], malformed: ['2024-02-30T00:00:00Z', '2024-02-29', 'now'] },
  time: { low: '09:30', high: '23:59:59.999', shown: ['09:30:00.000', '23:59:59.999'], refused: [['09:30:00.1234', 'TOO_PRECISE']], malformed: ['24:00', '9:30', 930] },
  boolean: { low: false, high: true, malformed: ['true', 1] },
  toggle: { low: false, high: true, malformed: [0] },
  select: options, radio: options, multiselect: severalOptions, checkboxes: severalOptions,
  tags: { low: ['red'], high: ['red', 'a,"b"{}'], definition: { maxLength: 10 }, refused: [[['red', 'much too long'], 'TOO_LONG', [1]], [[''], 'TOO_SHORT', [0]]], malformed: [[null], [{}]] },
  lookup: reference,
  master_detail: reference,
  user: { ...reference, definition: {} },
  tree: { ...reference, definition: {} },
  image: file, file, avatar: file, video: file, audio: file,
  location: { low: { lat: 51.5, lng: -0.12 }, high: { lat: 52, lng: 13.4 }, select: '{ lat lng }', refused: [[{ lat: 91, lng: 0 }, 'OUT_OF_RANGE', ['lat']], [{ lat: 1 }, 'REQUIRED', ['lng']]], malformed: ['51,0'] },
  address: {
    low: { city: 'London', countryCode: 'gb' }, high: { city: 'Wien', postalCode: '1010' }, select: '{ city postalCode countryCode }',
    shown: [{ city: 'London', postalCode: null, countryCode: 'GB' }, { city: 'Wien', postalCode: '1010', countryCode: null }],
    refused: [[{ countryCode: 'GBR' }, 'BAD_FORMAT', ['countryCode']]], malformed: [{ planet: 'Mars' }, 'London'],
  },
  json: { low: { a: [1, null, { b: 'two' }] }, high: { a: [2], deep: { b: true } }, refused: [[{ a: ['x\u0000'] }, 'BAD_FORMAT', ['a', 0]]] },
  color: { low: '#1a2b3c', high: '#abc', refused: [['red', 'BAD_FORMAT']] },
  rating: { low: 0, high: 5, refused: [[6, 'OUT_OF_RANGE'], [-1, 'OUT_OF_RANGE']], malformed: [2.5, 2 ** 40] },
  slider: { definition: { min: -1, max: 1, step: 0.25 }, low: -0.75, high: 1, refused: [[0.3, 'NOT_A_STEP'], [2, 'OUT_OF_RANGE']] },
  progress: { low: 0, high: 33.3, refused: [[100.1, 'OUT_OF_RANGE']] },
  signature: { low: 'data:image/png;base64,iVBORw0KGgo=', high: 'data:image/png;base64,iVBORw0KGgoA', refused: [['scribble', 'BAD_FORMAT']] },
  qrcode: { definition: { barcodeFormat: 'ean8' }, low: '12345670', high: '73513537', refused: [['73513536', 'BAD_FORMAT']] },
  vector: { definition: { dimensions: 3 }, low: [0.1, -2, 1e-9], high: [1, 2, 3], refused: [[[1, 2], 'TOO_SHORT']], malformed: [[1, 2, '3'], '1,2,3'] },
  composite: {
    definition: { fields: line }, low: { sku: 'A1', price: 2, phase: 'NEW' }, high: { sku: 'B2' }, select: '{ sku price phase }', shown: [shownLine('A1', '2.00', 'NEW'), shownLine('B2')],
    refused: [[{ sku: 'too long' }, 'TOO_LONG', ['sku']], [{ sku: 'A', price: '0.001' }, 'TOO_PRECISE', ['price']]], malformed: [{ phase: 'NEW' }, { sku: 'A', phase: 'later' }, { sku: 'A', color: 1 }],
  },
  repeater: {
    definition: { fields: line }, low: [{ sku: 'A1' }], high: [{ sku: 'B2', price: '1.5' }, { sku: 'A1', phase: 'OLD' }], part: [{ sku: 'B2' }], select: '{ sku price phase }',
    shown: [[shownLine('A1')], [shownLine('B2', '1.50'), shownLine('A1', null, 'OLD')]], refused: [[[{ sku: 'A' }, { sku: 'too long' }], 'TOO_LONG', [1, 'sku']]], malformed: [[{ sku: 'A' }, {}]],
  },
  record: { definition: { fields: line }, low: { first: { sku: 'A1' } }, high: { other: { sku: 'B2', phase: 'OLD' } }, part: { other: { sku: 'B2' } }, shown: [{ first: { sku: 'A1' } }, { other: { sku: 'B2', phase: 'old' } }], refused: [[{ first: {} }, 'REQUIRED', ['first', 'sku']], [{ first: 1 }, 'WRONG_TYPE', ['first']]], malformed: [[]] },
};

/** Types that take other GraphQL scalars by their definition, and lists of what is otherwise one value. */
export const variants: Readonly<Record<string, ApiCase & { readonly type: string }>> = {
  int: { type: 'number', definition: { scale: 0 }, low: -2147483648, high: 2147483647, malformed: [1.5, 2147483648] },
  bigint: { type: 'number', definition: { scale: 0, precision: 18 }, low: '-9223372036854775808', high: '9223372036854775807', refused: [['9223372036854775808', 'OUT_OF_RANGE']], malformed: ['1.5'] },
  numeric: { type: 'number', definition: { precision: 30, scale: 10 }, low: '-12345678901234567890.0123456789', high: '12345678901234567890.0123456789', refused: [['0.00000000001', 'TOO_PRECISE']] },
  half_stars: { type: 'rating', definition: { allowHalf: true }, low: 0.5, high: 4.5, refused: [[0.4, 'NOT_A_STEP']] },
  select_list: { type: 'select', ...severalOptions, definition: { ...severalOptions.definition, multiple: true } },
  file_list: { type: 'file', definition: { multiple: true }, low: [{ url: '/a' }], high: [{ url: '/b' }, { url: '/c', size: 1 }], part: [{ size: 1 }], select: '{ url size }', shown: [[{ url: '/a', size: null }], [{ url: '/b', size: null }, { url: '/c', size: 1 }]], refused: [[[{ url: '/a' }, { url: 'nowhere' }], 'BAD_FORMAT', [1, 'url']]] },
  lookup_list: { type: 'lookup', definition: { reference: 'target', multiple: true }, low: [two], high: [two, one], refused: [[[one, 'x'], 'INVALID_ID', [1]], [[nowhere], 'NOT_FOUND', [0]]] },
  user_list: { type: 'user', definition: { multiple: true }, low: [one], high: [two, one] },
};

/** An object for each case, with the field `value`. */
export function objectOf(name: string, type: string, { definition }: ApiCase): DefinitionInput {
  return { name: `t_${name}`, fields: { label: 'text', value: { type, ...definition } } };
}
