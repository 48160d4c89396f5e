import { envText, type Env } from '../../../metadata/definitions/env-text.ts';
import type { Reader } from '../../../metadata/definitions/reader.ts';

/** Whether a definition takes effect: true, false, or a variable of the environment, which switches it on by being set. */
export function readActive(reader: Reader, env: Env): boolean {
  const names = ['isActive', 'active', 'enabled'] as const;
  const found = reader.raw(...names);
  if (typeof found?.value !== 'string') return reader.flag(true, ...names);
  const [, variable] = /^\{\{\s*env\.([^{}\s]+)\s*\}\}$/i.exec(found.value) ?? [];
  if (variable === undefined) {
    reader.error([found.key], 'must be true, false, or a variable', 'On where it is set: isActive: "{{env.ERP_URL}}".');
    return false;
  }
  envText(found.value, env, reader, [found.key]);
  return !['', 'false', '0', undefined].includes(env.values[variable]);
}
