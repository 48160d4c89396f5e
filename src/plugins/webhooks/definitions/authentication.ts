import { envText, type Env, type EnvText } from '../../../metadata/definitions/env-text.ts';
import { isMapping, Reader } from '../../../metadata/definitions/reader.ts';

/** Headers by which an endpoint knows who calls. */
export function readAuthentication(reader: Reader, env: Env): ReadonlyMap<string, EnvText> {
  const found = reader.raw('authentication', 'auth');
  if (!found) return new Map();
  const own = new Reader(isMapping(found.value) ? found.value : { type: found.value }, [...reader.path, found.key], reader.subject, reader.report);
  const type = own.oneOf({ none: 'none', bearer: 'bearer', basic: 'basic', 'api-key': 'api-key', api_key: 'api-key', apiKey: 'api-key' }, 'type');
  const text = (...names: readonly string[]): EnvText => envText(own.required(...names), env, own, [own.keyOf(...names) ?? '']);
  const headers = new Map<string, EnvText>();
  if (type === 'bearer') {
    const token = text('token');
    headers.set('authorization', () => `Bearer ${token()}`);
  } else if (type === 'basic') {
    const [user, password] = [text('username', 'user'), text('password')];
    headers.set('authorization', () => `Basic ${Buffer.from(`${user()}:${password()}`).toString('base64')}`);
  } else if (type === 'api-key') {
    headers.set((own.text('header') ?? 'x-api-key').toLowerCase(), text('key', 'apiKey', 'token'));
  } else if (type === undefined && own.keyOf('type') === undefined) own.error([], '"type" is missing', 'One of none, bearer, basic, api-key.');
  own.end();
  return headers;
}
