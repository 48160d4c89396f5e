import type { Definition } from './make-field.ts';

/** Input, what JSON shows of it once stored. Without the second the input itself comes back. */
type Accepted = readonly [input: unknown] | readonly [input: unknown, shown: unknown];
type Refused = readonly [input: unknown, code: string] | readonly [input: unknown, code: string, path: readonly (string | number)[]];

export interface TypeCase {
  readonly definition: Definition;
  readonly column: string | undefined;
  readonly graphql: string;
  readonly accepts: readonly Accepted[];
  readonly refuses: readonly Refused[];
}

const id = '0197f3c0-0000-7000-8000-00000000abcd';
const ID = id.toUpperCase();
const phases = ['Active Customer', 'lead', "won't buy"];
const mask = '••••••••';
const plainText = [['Ada'], [''], ['naïve 🙂 𝒳'], ["O'Brien \\ %_"], [42, '42']] as const;
const plainTextRefuses = [[true, 'WRONG_TYPE'], [{}, 'WRONG_TYPE'], ['a\0b', 'BAD_FORMAT'], ['\ud800', 'BAD_FORMAT']] as const;
const fileAccepts = [
  ['https://cdn.example.com/a', { url: 'https://cdn.example.com/a' }],
  ['/files/a', { url: '/files/a' }],
] as const;
const fileRefuses = [
  [{ name: 'a' }, 'REQUIRED', ['url']],
  ['javascript:alert(1)', 'BAD_FORMAT', ['url']],
  ['//evil.example.com/a', 'BAD_FORMAT', ['url']],
  [{ url: '/a', size: -1 }, 'OUT_OF_RANGE', ['size']],
  [{ url: '/a', size: 1.5 }, 'OUT_OF_RANGE', ['size']],
  [{ url: '/a', mimeType: 'nonsense' }, 'BAD_FORMAT', ['mimeType']],
  [{ url: '/a', color: 'red' }, 'UNKNOWN_KEY'],
  [7, 'WRONG_TYPE'],
] as const;
const line = { sku: { type: 'text', required: true, maxLength: 5 }, unit_price: { type: 'currency' }, phase: { type: 'select', options: phases }, due: { type: 'date' } };

export const typeCases: readonly TypeCase[] = [
  // --- text -------------------------------------------------------------------------------------------------------------
  { definition: { type: 'text' }, column: 'text', graphql: 'String', accepts: plainText, refuses: plainTextRefuses },
  { definition: { type: 'text', minLength: 2, maxLength: 3 }, column: 'text', graphql: 'String', accepts: [['ab'], ['🙂🙂🙂']], refuses: [['a', 'TOO_SHORT'], ['🙂', 'TOO_SHORT'], ['abcd', 'TOO_LONG']] },
  { definition: { type: 'text', format: '[A-Z]{2}\\d+' }, column: 'text', graphql: 'String', accepts: [['AB1']], refuses: [['xAB1', 'BAD_FORMAT'], ['AB1x', 'BAD_FORMAT']] },
  { definition: { type: 'text', format: '^\\@[a-z]+$' }, column: 'text', graphql: 'String', accepts: [['@ada']], refuses: [['ada', 'BAD_FORMAT']] },
  { definition: { type: 'text', format: 'slug' }, column: 'text', graphql: 'String', accepts: [['a-b-2']], refuses: [['A b', 'BAD_FORMAT'], ['-a', 'BAD_FORMAT']] },
  { definition: { type: 'textarea', rows: 4 }, column: 'text', graphql: 'String', accepts: [...plainText, ['two\nlines']], refuses: plainTextRefuses },
  { definition: { type: 'code', language: 'sql' }, column: 'text', graphql: 'String', accepts: [['select 1;']], refuses: plainTextRefuses },
  { definition: { type: 'markdown' }, column: 'text', graphql: 'String', accepts: [['# Title']], refuses: plainTextRefuses },
  { definition: { type: 'html' }, column: 'text', graphql: 'String', accepts: [['<b>bold</b>']], refuses: plainTextRefuses },
  { definition: { type: 'richtext', maxLength: 10 }, column: 'text', graphql: 'String', accepts: [['<p>x</p>']], refuses: [['<p>longer</p>', 'TOO_LONG']] },
  {
    definition: { type: 'email' }, column: 'text', graphql: 'Email',
    accepts: [['ada@example.com'], [' Ada.Lovelace+crm@Example.co.uk ', 'Ada.Lovelace+crm@Example.co.uk'], ['jörg@müller.de']],
    refuses: [['ada', 'BAD_FORMAT'], ['ada@', 'BAD_FORMAT'], ['a b@example.com', 'BAD_FORMAT'], ['', 'BAD_FORMAT'], [`${'a'.repeat(250)}@example.com`, 'BAD_FORMAT'], [true, 'WRONG_TYPE']],
  },
  {
    definition: { type: 'url' }, column: 'text', graphql: 'URL',
    accepts: [['https://example.com'], ['http://localhost:4000/a?b=c#d']],
    refuses: [['example.com', 'BAD_FORMAT'], ['javascript:alert(1)', 'BAD_FORMAT'], ['https://a b', 'BAD_FORMAT'], ['data:text/html,x', 'BAD_FORMAT'], [1.5, 'BAD_FORMAT']],
  },
  { definition: { type: 'phone' }, column: 'text', graphql: 'PhoneNumber', accepts: [['+44 20 7946 0018'], ['(555) 010-9999 ext. 12'], ['112']], refuses: [['call me', 'BAD_FORMAT'], ['12', 'BAD_FORMAT'], ['+1234567890123456789012', 'BAD_FORMAT']] },
  { definition: { type: 'color' }, column: 'text', graphql: 'String', accepts: [['#1a2B3c'], ['#abc']], refuses: [['red', 'BAD_FORMAT'], ['#12345', 'BAD_FORMAT'], ['#11223344', 'BAD_FORMAT'], [1, 'WRONG_TYPE']] },
  { definition: { type: 'color', allowAlpha: true }, column: 'text', graphql: 'String', accepts: [['#11223344']], refuses: [['#1122334', 'BAD_FORMAT']] },
  { definition: { type: 'color', colorFormat: 'rgb' }, column: 'text', graphql: 'String', accepts: [['rgb(0, 128,255)']], refuses: [['rgb(0,0,256)', 'BAD_FORMAT'], ['rgba(0,0,0,1)', 'BAD_FORMAT'], ['#fff', 'BAD_FORMAT']] },
  { definition: { type: 'color', colorFormat: 'rgba' }, column: 'text', graphql: 'String', accepts: [['rgba(0,0,0,0.5)']], refuses: [['rgba(0,0,0,2)', 'BAD_FORMAT']] },
  { definition: { type: 'color', colorFormat: 'hsl' }, column: 'text', graphql: 'String', accepts: [['hsl(210, 40%, 17%)']], refuses: [['hsl(361, 40%, 17%)', 'BAD_FORMAT']] },
  { definition: { type: 'signature' }, column: 'text', graphql: 'String', accepts: [['data:image/png;base64,iVBORw0KGgo=']], refuses: [['data:text/html;base64,AAAA', 'BAD_FORMAT'], ['scribble', 'BAD_FORMAT'], [1, 'WRONG_TYPE'], [`data:image/png;base64,${'A'.repeat(1_000_000)}`, 'TOO_LONG']] },
  { definition: { type: 'qrcode' }, column: 'text', graphql: 'String', accepts: [['https://example.com']], refuses: [['x'.repeat(2954), 'BAD_FORMAT']] },
  { definition: { type: 'qrcode', barcodeFormat: 'ean13' }, column: 'text', graphql: 'String', accepts: [['4006381333931']], refuses: [['4006381333932', 'BAD_FORMAT'], ['400638133393', 'BAD_FORMAT']] },
  { definition: { type: 'qrcode', barcodeFormat: 'ean8' }, column: 'text', graphql: 'String', accepts: [['73513537']], refuses: [['73513536', 'BAD_FORMAT']] },
  { definition: { type: 'qrcode', barcodeFormat: 'upca' }, column: 'text', graphql: 'String', accepts: [['036000291452']], refuses: [['036000291453', 'BAD_FORMAT']] },
  { definition: { type: 'qrcode', barcodeFormat: 'code39' }, column: 'text', graphql: 'String', accepts: [['ABC-1']], refuses: [['abc', 'BAD_FORMAT']] },
  { definition: { type: 'autonumber', autonumberFormat: 'INV-{YYYY}-{0000}' }, column: 'text', graphql: 'String', accepts: [['INV-2026-0001']], refuses: [[true, 'WRONG_TYPE']] },
  // --- numbers ----------------------------------------------------------------------------------------------------------
  {
    definition: { type: 'number' }, column: 'double precision', graphql: 'Float',
    accepts: [[0.1], [-0, 0], [1e150], ['12.5', 12.5], [12n, 12]],
    refuses: [['x', 'WRONG_TYPE'], ['', 'WRONG_TYPE'], [NaN, 'WRONG_TYPE'], [Infinity, 'WRONG_TYPE'], [true, 'WRONG_TYPE'], ['1e400', 'OUT_OF_RANGE'], [1e151, 'OUT_OF_RANGE'], ['0.12345678901234567890123', 'TOO_PRECISE']],
  },
  { definition: { type: 'number', min: 1, max: 2, step: 0.1 }, column: 'double precision', graphql: 'Float', accepts: [[1.3], [1], [2]], refuses: [[0.9, 'OUT_OF_RANGE'], [2.1, 'OUT_OF_RANGE'], [1.25, 'NOT_A_STEP']] },
  { definition: { type: 'number', scale: 0 }, column: 'integer', graphql: 'Int', accepts: [[7], ['7', 7], [-2147483648], [2147483647]], refuses: [[1.5, 'TOO_PRECISE'], [2147483648, 'OUT_OF_RANGE'], [-2147483649, 'OUT_OF_RANGE']] },
  { definition: { type: 'number', precision: 0 }, column: 'integer', graphql: 'Int', accepts: [[7]], refuses: [[1.5, 'TOO_PRECISE']] },
  { definition: { type: 'number', scale: 0, max: 3_000_000_000 }, column: 'bigint', graphql: 'BigInt', accepts: [[7, '7'], [2999999999, '2999999999']], refuses: [[3000000001, 'OUT_OF_RANGE'], [0.5, 'TOO_PRECISE']] },
  { definition: { type: 'number', scale: 0, precision: 18 }, column: 'bigint', graphql: 'BigInt', accepts: [['9223372036854775807'], ['-9223372036854775808']], refuses: [['9223372036854775808', 'OUT_OF_RANGE']] },
  { definition: { type: 'number', scale: 0, precision: 30 }, column: 'numeric(30,0)', graphql: 'Decimal', accepts: [['123456789012345678901234567890']], refuses: [['1234567890123456789012345678901', 'OUT_OF_RANGE'], ['1.5', 'TOO_PRECISE']] },
  { definition: { type: 'number', precision: 5, scale: 2 }, column: 'numeric(5,2)', graphql: 'Decimal', accepts: [[999.99, '999.99'], ['-0.00', '0.00'], [1, '1.00'], ['1e2', '100.00']], refuses: [[1000, 'OUT_OF_RANGE'], ['1.005', 'TOO_PRECISE']] },
  { definition: { type: 'number', precision: 2 }, column: 'numeric(18,2)', graphql: 'Decimal', accepts: [['1234567890123456.78']], refuses: [['0.001', 'TOO_PRECISE']] },
  { definition: { type: 'number', precision: 20 }, column: 'numeric', graphql: 'Decimal', accepts: [['0.12345678901234567891'], ['12345678901234567890']], refuses: [['123456789012345678901', 'TOO_PRECISE']] },
  {
    definition: { type: 'currency' }, column: 'numeric(18,2)', graphql: 'Decimal',
    accepts: [['19.99'], [0.1, '0.10'], ['9999999999999999.99'], [-5, '-5.00']],
    refuses: [['19.999', 'TOO_PRECISE'], ['10000000000000000', 'OUT_OF_RANGE'], [{ value: 1, currency: 'EUR' }, 'WRONG_TYPE'], ['1,000', 'WRONG_TYPE'], ['Infinity', 'WRONG_TYPE']],
  },
  { definition: { type: 'currency', currencyConfig: { precision: 0 } }, column: 'numeric(18,0)', graphql: 'Decimal', accepts: [[500, '500']], refuses: [[0.5, 'TOO_PRECISE']] },
  { definition: { type: 'currency', precision: 4, min: 0 }, column: 'numeric(18,4)', graphql: 'Decimal', accepts: [['0.0001']], refuses: [['0.00001', 'TOO_PRECISE'], [-1, 'OUT_OF_RANGE']] },
  { definition: { type: 'currency', precision: 12, scale: 3 }, column: 'numeric(12,3)', graphql: 'Decimal', accepts: [['123456789.123']], refuses: [['1234567890', 'OUT_OF_RANGE']] },
  { definition: { type: 'percent', min: 0, max: 100 }, column: 'double precision', graphql: 'Float', accepts: [[12.5], [0.1]], refuses: [[101, 'OUT_OF_RANGE']] },
  { definition: { type: 'percent', scale: 2 }, column: 'numeric(18,2)', graphql: 'Decimal', accepts: [['33.33']], refuses: [['33.333', 'TOO_PRECISE']] },
  { definition: { type: 'rating' }, column: 'integer', graphql: 'Int', accepts: [[0], [5]], refuses: [[6, 'OUT_OF_RANGE'], [-1, 'OUT_OF_RANGE'], [2.5, 'TOO_PRECISE']] },
  { definition: { type: 'rating', maxRating: 10, allowHalf: true }, column: 'double precision', graphql: 'Float', accepts: [[9.5]], refuses: [[9.4, 'NOT_A_STEP'], [10.5, 'OUT_OF_RANGE']] },
  { definition: { type: 'slider' }, column: 'double precision', graphql: 'Float', accepts: [[55]], refuses: [[101, 'OUT_OF_RANGE'], [0.5, 'NOT_A_STEP']] },
  { definition: { type: 'slider', min: -1, max: 1, step: 0.25 }, column: 'double precision', graphql: 'Float', accepts: [[-0.75]], refuses: [[0.3, 'NOT_A_STEP']] },
  { definition: { type: 'progress' }, column: 'double precision', graphql: 'Float', accepts: [[33.3]], refuses: [[100.1, 'OUT_OF_RANGE']] },
  { definition: { type: 'summary', summaryOperations: { object: 'line', function: 'count' } }, column: 'integer', graphql: 'Int', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'summary', summaryOperations: { object: 'line', function: 'sum', field: 'amount' } }, column: 'numeric', graphql: 'Decimal', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'summary', scale: 2, summaryOperations: { object: 'line', function: 'avg', field: 'amount' } }, column: 'numeric(18,2)', graphql: 'Decimal', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'formula', expression: 'a + b', returnType: 'number' }, column: undefined, graphql: 'Float', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'formula', expression: 'a', returnType: 'text' }, column: undefined, graphql: 'String', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'formula', expression: 'a', returnType: 'boolean' }, column: undefined, graphql: 'Boolean', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'formula', expression: 'a', returnType: 'date' }, column: undefined, graphql: 'Date', accepts: [], refuses: [[1, 'READ_ONLY']] },
  { definition: { type: 'formula', expression: 'a', returnType: 'currency' }, column: undefined, graphql: 'Decimal', accepts: [], refuses: [[1, 'READ_ONLY']] },
  // --- dates and booleans -----------------------------------------------------------------------------------------------
  {
    definition: { type: 'date' }, column: 'date', graphql: 'Date',
    accepts: [['2024-02-29'], ['0001-01-01'], ['9999-12-31'], ['2026-03-31T00:00:00.000Z', '2026-03-31'], [new Date('2026-03-31'), '2026-03-31']],
    refuses: [['2024-02-30', 'BAD_FORMAT'], ['2023-02-29', 'BAD_FORMAT'], ['1900-02-29', 'BAD_FORMAT'], ['2024-2-3', 'BAD_FORMAT'], ['0000-01-01', 'BAD_FORMAT'], ['2026-03-31T10:00:00Z', 'BAD_FORMAT'], ['infinity', 'BAD_FORMAT'], [20260331, 'WRONG_TYPE'], [new Date(NaN), 'BAD_FORMAT']],
  },
  {
    definition: { type: 'datetime' }, column: 'timestamptz(3)', graphql: 'DateTime',
    accepts: [
      ['2026-03-31T09:30:00.123Z'],
      ['2026-03-31T09:30:00+02:00', '2026-03-31T07:30:00.000Z'],
      ['2026-03-31 09:30', '2026-03-31T09:30:00.000Z'],
      ['2026-03-31', '2026-03-31T00:00:00.000Z'],
      ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
      ['2026-03-31T09:30:00.120000-0530', '2026-03-31T15:00:00.120Z'],
      [new Date('2026-03-31T09:30:00.5Z'), '2026-03-31T09:30:00.500Z'],
    ],
    refuses: [['2026-02-29T00:00:00Z', 'BAD_FORMAT'], ['2026-03-31T24:00:00Z', 'BAD_FORMAT'], ['2026-03-31T23:59:60Z', 'BAD_FORMAT'], ['2026-03-31T09:30:00.1234Z', 'TOO_PRECISE'], ['2026-03-31T09:30:00+25:00', 'BAD_FORMAT'], ['9999-12-31T23:59:59-05:00', 'OUT_OF_RANGE'], ['tomorrow', 'BAD_FORMAT'], [1743413400000, 'WRONG_TYPE']],
  },
  { definition: { type: 'time' }, column: 'time(3)', graphql: 'Time', accepts: [['09:30', '09:30:00.000'], ['23:59:59.999'], ['09:30:00.5', '09:30:00.500']], refuses: [['24:00', 'BAD_FORMAT'], ['9:30', 'BAD_FORMAT'], ['09:30:00.1234', 'TOO_PRECISE'], ['09:60', 'BAD_FORMAT'], [930, 'WRONG_TYPE']] },
  { definition: { type: 'boolean' }, column: 'boolean', graphql: 'Boolean', accepts: [[true], [false]], refuses: [['true', 'WRONG_TYPE'], [1, 'WRONG_TYPE']] },
  { definition: { type: 'toggle' }, column: 'boolean', graphql: 'Boolean', accepts: [[true], [false]], refuses: [[0, 'WRONG_TYPE']] },
  // --- options ----------------------------------------------------------------------------------------------------------
  ...['select', 'radio'].map((type): TypeCase => ({
    definition: { type, options: phases }, column: 'text', graphql: 'enum',
    accepts: [['Active Customer', 'ACTIVE_CUSTOMER'], ['ACTIVE_CUSTOMER', 'ACTIVE_CUSTOMER'], ['active customer', 'ACTIVE_CUSTOMER'], ["won't buy", 'WON_T_BUY']],
    refuses: [['lost', 'NOT_AN_OPTION'], [['lead'], 'WRONG_TYPE']],
  })),
  { definition: { type: 'select', options: ['A', 'B'] }, column: 'text', graphql: 'enum', accepts: [['A'], ['b', 'B']], refuses: [['C', 'NOT_AN_OPTION']] },
  { definition: { type: 'select', options: Array.from({ length: 30 }, (_, index) => `option_${index}`) }, column: 'text', graphql: 'enum', accepts: [['option_29', 'OPTION_29']], refuses: [['option_30', 'NOT_AN_OPTION']] },
  ...(['multiselect', 'checkboxes', 'select'] as const).map((type): TypeCase => ({
    definition: { type, options: phases, ...(type === 'select' && { multiple: true }) }, column: 'text[]', graphql: '[enum]',
    accepts: [[['LEAD', 'Active Customer', 'lead'], ['LEAD', 'ACTIVE_CUSTOMER']], [[], []], ['lead', ['LEAD']]],
    refuses: [[['lead', 'lost'], 'NOT_AN_OPTION', [1]], [[null], 'WRONG_TYPE', [0]]],
  })),
  { definition: { type: 'multiselect', options: ['A', 'B'] }, column: 'text[]', graphql: '[enum]', accepts: [[['B', 'A']]], refuses: [[['C'], 'NOT_AN_OPTION', [0]]] },
  { definition: { type: 'tags', maxLength: 8 }, column: 'text[]', graphql: '[String]', accepts: [[['red', ' red ', 'a,"b"{}'], ['red', 'a,"b"{}']], [[]], ['x', ['x']]], refuses: [[['red', 'much too long'], 'TOO_LONG', [1]], [[''], 'TOO_SHORT', [0]], [[{}], 'WRONG_TYPE', [0]]] },
  { definition: { type: 'tags' }, column: 'text[]', graphql: '[String]', accepts: [[['🙂'.repeat(250)]]], refuses: [[['x'.repeat(501)], 'TOO_LONG', [0]]] },
  // --- references -------------------------------------------------------------------------------------------------------
  ...['lookup', 'master_detail', 'user', 'tree'].map((type): TypeCase => ({
    definition: { type, reference: 'thing' }, column: 'uuid', graphql: 'relation',
    accepts: [[ID, id], [id]],
    refuses: [['42', 'BAD_FORMAT'], [42, 'WRONG_TYPE'], [[id], 'WRONG_TYPE']],
  })),
  ...['lookup', 'user'].map((type): TypeCase => ({ definition: { type, reference: 'thing', multiple: true }, column: undefined, graphql: '[relation]', accepts: [], refuses: [[[id, 'x'], 'BAD_FORMAT', [1]]] })),
  // --- files ------------------------------------------------------------------------------------------------------------
  {
    definition: { type: 'file' }, column: 'jsonb', graphql: 'File',
    accepts: [...fileAccepts, [{ url: '/a', name: 'a.pdf', size: 12, mimeType: 'application/pdf' }], [{ url: '/a', mime_type: 'text/plain' }, { url: '/a', mimeType: 'text/plain' }]],
    refuses: [...fileRefuses, [[{ url: '/a' }], 'WRONG_TYPE']],
  },
  { definition: { type: 'file', multiple: true }, column: 'jsonb', graphql: '[File]', accepts: [[['/a', { url: '/b', size: 1 }], [{ url: '/a' }, { url: '/b', size: 1 }]], [[], []]], refuses: [[['/a', 'nowhere'], 'BAD_FORMAT', [1, 'url']]] },
  {
    definition: { type: 'file', accept: ['.pdf', 'image/*'], fileAttachmentConfig: { minSize: 10, maxSize: 100, blockedMimeTypes: ['image/svg+xml'] } }, column: 'jsonb', graphql: 'File',
    accepts: [[{ url: '/a.PDF', size: 10 }], [{ url: '/a', mimeType: 'image/png', size: 100 }], ['/a.png?width=20', { url: '/a.png?width=20' }]],
    refuses: [[{ url: '/a.exe' }, 'NOT_ALLOWED'], [{ url: '/a.pdf', size: 9 }, 'TOO_SMALL', ['size']], [{ url: '/a.pdf', size: 101 }, 'TOO_LARGE', ['size']], [{ url: '/a', mimeType: 'image/svg+xml' }, 'NOT_ALLOWED'], ['/a.svg', 'NOT_ALLOWED'], ['/a', 'NOT_ALLOWED']],
  },
  ...[['image', 'image/png'], ['avatar', 'image/jpeg'], ['video', 'video/mp4'], ['audio', 'audio/mpeg']].map(([type = '', mimeType]): TypeCase => ({
    definition: { type }, column: 'jsonb', graphql: 'File',
    accepts: [...fileAccepts, [{ url: '/a', mimeType }]],
    refuses: [...fileRefuses, [{ url: '/a', mimeType: 'application/pdf' }, 'NOT_ALLOWED'], ['/a.pdf', 'NOT_ALLOWED']],
  })),
  // --- structures -------------------------------------------------------------------------------------------------------
  {
    definition: { type: 'location' }, column: 'jsonb', graphql: 'Location',
    accepts: [[{ lat: 51.5, lng: -0.12 }], [{ latitude: '51.5', longitude: -0.12, altitude: 11, accuracy: 3 }, { lat: 51.5, lng: -0.12, altitude: 11, accuracy: 3 }]],
    refuses: [[{ lat: 91, lng: 0 }, 'OUT_OF_RANGE', ['lat']], [{ lat: 1 }, 'REQUIRED', ['lng']], [{ lat: 'x', lng: 0 }, 'WRONG_TYPE', ['lat']], [{ lat: 1, lng: 1, accuracy: -1 }, 'OUT_OF_RANGE', ['accuracy']], ['51,0', 'WRONG_TYPE']],
  },
  {
    definition: { type: 'address' }, column: 'jsonb', graphql: 'Address',
    accepts: [[{ street: '12 St James Sq', city: 'London', postalCode: 'SW1Y 4JH', countryCode: 'gb', state: null }, { street: '12 St James Sq', city: 'London', postalCode: 'SW1Y 4JH', countryCode: 'GB' }], [{ zip: '10115' }, { postalCode: '10115' }]],
    refuses: [[{ planet: 'Mars' }, 'UNKNOWN_KEY'], [{ city: 7 }, 'WRONG_TYPE', ['city']], [{ countryCode: 'GBR' }, 'BAD_FORMAT', ['countryCode']], ['London', 'WRONG_TYPE']],
  },
  {
    definition: { type: 'json' }, column: 'jsonb', graphql: 'JSON',
    accepts: [[{ a: [1, 'two', null, { b: true }] }], ['text'], [[1, 2]], [0.1], [false]],
    refuses: [['a\0', 'BAD_FORMAT'], [{ a: ['\ud800'] }, 'BAD_FORMAT', ['a', 0]], [{ 'a\0': 1 }, 'BAD_FORMAT'], [{ a: Infinity }, 'BAD_FORMAT', ['a']], [() => 1, 'WRONG_TYPE']],
  },
  { definition: { type: 'vector', dimensions: 3 }, column: 'double precision[]', graphql: '[Float]', accepts: [[[0.1, -2, 1e-9]]], refuses: [[[1, 2], 'TOO_SHORT'], [[1, 2, 3, 4], 'TOO_LONG'], [[1, 2, '3'], 'WRONG_TYPE', [2]], ['1,2,3', 'WRONG_TYPE']] },
  { definition: { type: 'vector', vectorConfig: { dimensions: 2, normalized: true } }, column: 'double precision[]', graphql: '[Float]', accepts: [[[0.6, 0.8]]], refuses: [[[1, 1], 'OUT_OF_RANGE']] },
  {
    definition: { type: 'composite', fields: line }, column: 'jsonb', graphql: 'embedded',
    accepts: [
      [{ sku: 'A1', unitPrice: 2, phase: 'ACTIVE_CUSTOMER', due: '2026-01-01' }, { sku: 'A1', unitPrice: '2.00', phase: 'ACTIVE_CUSTOMER', due: '2026-01-01' }],
      [{ sku: 'A1', unit_price: '2.5' }, { sku: 'A1', unitPrice: '2.50', phase: null, due: null }],
    ],
    refuses: [[{}, 'REQUIRED', ['sku']], [{ sku: 'too long' }, 'TOO_LONG', ['sku']], [{ sku: 'A', unit_price: 0.001 }, 'TOO_PRECISE', ['unitPrice']], [{ sku: 'A', color: 1 }, 'UNKNOWN_KEY'], [[{ sku: 'A' }], 'WRONG_TYPE']],
  },
  {
    definition: { type: 'composite', fields: { inner: { type: 'repeater', fields: { phases: { type: 'multiselect', options: phases } } }, where: { type: 'location' }, at: { type: 'datetime' } } }, column: 'jsonb', graphql: 'embedded',
    accepts: [[{ inner: [{ phases: ['lead', 'Active Customer'] }, { phases: [] }], where: { latitude: 1, longitude: 2 }, at: '2026-01-01' }, { inner: [{ phases: ['LEAD', 'ACTIVE_CUSTOMER'] }, { phases: [] }], where: { lat: 1, lng: 2 }, at: '2026-01-01T00:00:00.000Z' }]],
    refuses: [[{ inner: [{}, { phases: ['x'] }] }, 'NOT_AN_OPTION', ['inner', 1, 'phases', 0]]],
  },
  {
    definition: { type: 'repeater', fields: line }, column: 'jsonb', graphql: '[embedded]',
    accepts: [[[{ sku: 'B' }, { sku: 'A', phase: 'lead' }], [{ sku: 'B', unitPrice: null, phase: null, due: null }, { sku: 'A', unitPrice: null, phase: 'LEAD', due: null }]], [[], []]],
    refuses: [[[{ sku: 'A' }, {}], 'REQUIRED', [1, 'sku']]],
  },
  {
    definition: { type: 'record', fields: line }, column: 'jsonb', graphql: 'JSONObject',
    accepts: [[{ first: { sku: 'A', phase: 'LEAD' } }, { first: { sku: 'A', phase: 'lead' } }], [{}]],
    refuses: [[{ first: {} }, 'REQUIRED', ['first', 'sku']], [[], 'WRONG_TYPE'], [{ first: 1 }, 'WRONG_TYPE', ['first']]],
  },
  // --- confidential -----------------------------------------------------------------------------------------------------
  { definition: { type: 'password', minLength: 8 }, column: 'text', graphql: 'String', accepts: [['correct horse', mask]], refuses: [['short', 'TOO_SHORT'], ['', 'TOO_SHORT'], [mask, 'MASKED_VALUE'], [{}, 'WRONG_TYPE']] },
  { definition: { type: 'secret' }, column: 'text', graphql: 'String', accepts: [['sk_live_42', mask]], refuses: [[mask, 'MASKED_VALUE'], [{}, 'WRONG_TYPE']] },
];
