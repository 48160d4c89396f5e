/**
 * TypeScript of the scalars, as GraphQL Code Generator takes it: what answers hold, and what variables may be. Decimals and whole
 * numbers of any size are text, so that no digit is lost; dates and times are text as ISO 8601 writes them.
 */
export const scalarTypes = {
  ID: { input: 'string', output: 'string' },
  Decimal: { input: 'string | number', output: 'string' },
  BigInt: { input: 'string | number', output: 'string' },
  Date: { input: 'string', output: 'string' },
  DateTime: { input: 'string', output: 'string' },
  Time: { input: 'string', output: 'string' },
  DateOrMacro: { input: 'string', output: 'string' },
  DateTimeOrMacro: { input: 'string', output: 'string' },
  Email: { input: 'string', output: 'string' },
  PhoneNumber: { input: 'string', output: 'string' },
  URL: { input: 'string', output: 'string' },
  JSON: { input: 'unknown', output: 'unknown' },
  JSONObject: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
  Upload: { input: 'File | Blob', output: 'never' },
  _Any: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
} as const satisfies Readonly<Record<string, { readonly input: string; readonly output: string }>>;
