/** Not part of the types of pg. */
declare module 'pg/lib/utils.js' {
  /** A value in the form in which it is sent. */
  export function prepareValue(value: unknown): Buffer | string | null;
}
