import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import { compile } from '../../../src/platform/compile.ts';
import { settingsSchema } from '../../../src/platform/settings/schema.ts';
import { serverSettingsOf } from '../../../src/platform/settings/server-settings.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { users } from '../../../src/plugins/users/index.ts';
import { webhooks } from '../../../src/plugins/webhooks/index.ts';
import { createLog } from '../../../src/server/log.ts';

const account = { name: 'account', fields: { name: { type: 'text', unique: true }, address: { type: 'address' }, api: { type: 'secret' } } };
const good = { name: 'w', object: 'account', triggers: ['create'], url: 'https://example.com/x', runAs: 'system' };
const receiver = { name: 'r', verificationType: 'none', action: 'create_record', target: 'account', runAs: 'system', fields: { name: '{{ payload.name }}' } };

function load(kind: 'webhook' | 'receiver', items: readonly DefinitionInput[]): readonly string[] {
  const files = [{ file: `hooks.${kind}.yml`, text: stringify(items) }];
  return compileCatalog({ files, definitions: [account], plugins: [users(), jobs(), webhooks({ env: ['TOKEN'] })], fieldTypes }).diagnostics.map(({ severity, line, message }) => `${severity} ${line ?? 0}: ${message}`);
}

it.each<[string, DefinitionInput, string]>([
  ['an unknown key', { ...good, ulr: 'x' }, 'unknown key "ulr"'],
  ['an object that is not there', { ...good, object: 'acount' }, 'there is no object "acount"'],
  ['a trigger that is not there', { ...good, triggers: ['creat'] }, 'there is no trigger "creat"'],
  ['triggers of bulk writes', { ...good, triggers: ['bulk_update'] }, 'Records of a bulk write are told one by one: use update.'],
  ['no rights to read with', { ...good, runAs: undefined }, '"runAs" is missing: with whose rights?'],
  ['an address that is none', { ...good, url: 'file:///etc/passwd' }, 'is no http or https address'],
  ['a variable that the settings do not name', { ...good, secret: '{{env.TOKNE}}' }, '"{{env.TOKNE}}" is not among the variables'],
  ['a secret that is too short', { ...good, secret: 'short' }, 'a secret has 16 bytes or more'],
  ['a field that is not there', { ...good, payloadFields: ['nam'] }, 'account has no field "nam"'],
  ['a field that takes a selection', { ...good, payloadFields: ['address'] }, 'account.address cannot be listed'],
  ['a secret field', { ...good, payloadFields: ['api'] }, 'account.api cannot be listed'],
  ['a selection with something behind it', { ...good, payload: '{ id } users { nodes { id } }' }, 'A selection such as { id name } is expected.'],
  ['a template with wrong syntax', { ...good, body: '{{ record.name' }, 'not closed'],
  ['a template with a name that is not given', { ...good, body: '{{ account.name }}' }, 'there is no "account"'],
  ['a template with a filter that is not there', { ...good, body: '{{ record.name | shout }}' }, 'undefined filter: shout'],
  ['a template that reads files', { ...good, body: "{% render 'package.json' %}" }, 'tag "render" not found'],
  ['a header of the platform', { ...good, headers: { 'Webhook-Id': '1' } }, 'are made by the platform'],
  ['a switch that is none', { ...good, isActive: 'sometimes' }, 'must be true, false, or a variable'],
  ['a switch by a variable that the settings do not name', { ...good, isActive: '{{env.TOKNE}}' }, '"{{env.TOKNE}}" is not among the variables'],
  ['more retries than there are', { ...good, retryPolicy: { maxRetries: 11 } }, 'must be a whole number from 0 to 10'],
  ['an unknown key of a part', { ...good, authentication: { type: 'bearer', token: '{{env.TOKEN}}', user: 'x' } }, 'unknown key "user"'],
])('a webhook with %s is refused', (_, item, message) => {
  const { runAs, ...rest } = item;
  expect(() => load('webhook', [{ ...good, name: 'first' }, runAs === undefined ? rest : item])).toThrow(message);
});

it.each<[string, DefinitionInput, string]>([
  ['no way to know who sends', { ...receiver, verificationType: undefined }, '"verificationType" is missing'],
  ['no secret', { ...receiver, verificationType: 'hmac' }, '"secret" is missing'],
  ['no addresses', { ...receiver, verificationType: 'ip_whitelist' }, '"allowedAddresses" is missing'],
  ['an address that is none', { ...receiver, verificationType: 'ip_whitelist', allowedAddresses: ['10.0.0.0/33'] }, '"10.0.0.0/33" is no address and no network'],
  ['a rule that nothing carries out', { ...receiver, action: 'script', target: 'r' }, '"script" needs the plugin automation'],
  ['the rights of nobody', { ...receiver, runAs: 'user' }, 'nobody is signed in where a message arrives'],
  ['a key that is not there', { ...receiver, action: 'upsert_record', key: 'nme' }, 'account has no key "nme"'],
  ['a field that is not there', { ...receiver, fields: { nam: 'x' } }, 'account has no field "nam" that can be written'],
  ['a value with a name that is not given', { ...receiver, fields: { name: '{{ body.name }}' } }, 'there is no "body"'],
])('a receiver with %s is refused', (_, item, message) => {
  const { verificationType, ...rest } = item;
  expect(() => load('receiver', [verificationType === undefined ? rest : item])).toThrow(message);
});

it('names the line, also of what the schema has against a selection', () => {
  expect(() => load('webhook', [good, { ...good, name: 'b', runAs: 'somebody' }])).toThrow(/^hooks\.webhook\.yml:\d+:\d+ error b: "somebody" is not accepted/);
  expect(load('webhook', [{ ...good, secret: 'a plain secret in a file' }])).toEqual(['warning 7: everybody who reads the file knows this secret']);
  const plugins = [users(), jobs(), webhooks()];
  const text = stringify([good, { ...good, name: 'b', payload: '{ id nmae }' }]);
  const loaded = compileCatalog({ files: [{ file: 'hooks.webhook.yml', text }], definitions: [account], plugins, fieldTypes });
  const settings = settingsSchema.parse({});
  const line = text.split('\n').findIndex((one) => one.includes('nmae')) + 1;
  expect(() => compile(loaded, { settings, serverSettings: serverSettingsOf(settings), plugins, log: createLog({ level: 'silent' }) })).toThrow(`hooks.webhook.yml:${line}:3 error b: Cannot query field "nmae" on type "Account"`);
});
