import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications } from '../../../src/plugins/notifications/index.ts';
import { digestAt, quietUntil, type Schedule } from '../../../src/plugins/notifications/sending/timing.ts';
import { users } from '../../../src/plugins/users/index.ts';

const good = { name: 't', subject: 'Hi {{ recipient.name }}', bodyHtml: '<p>{{ deal.name }}</p>', variables: [{ name: 'deal', type: 'object' }] };
const load = (...items: readonly DefinitionInput[]): unknown => compileCatalog({ files: [{ file: 'mail.template.yml', text: stringify(items) }], definitions: [{ name: 'note', fields: { title: 'text' } }], plugins: [users(), jobs(), notifications()], fieldTypes }).diagnostics;

it('templates load, one for each language', () => {
  expect(load(good, { ...good, locale: 'de' }, { name: 's', sms: { message: 'x' } })).toEqual([]);
});

it.each<[string, DefinitionInput, string]>([
  ['an unknown key', { ...good, subjct: 'x' }, 'unknown key "subjct"'],
  ['an unknown key of a part', { name: 't', push: { title: 'x', boddy: 'y' } }, 'unknown key "boddy"'],
  ['a variable that is not declared', { ...good, subject: '{{ dael.name }}' }, 'there is no "dael"; the template may use deal, recipient, app'],
  ['a filter that is not there', { ...good, subject: '{{ deal.name | shout }}' }, 'undefined filter: shout'],
  ['wrong syntax', { ...good, bodyHtml: '{% if deal %}' }, 'not closed'],
  ['a file to include', { ...good, bodyHtml: "{% include 'x' %}" }, 'tag "include" not found'],
  ['nothing to say', { name: 't' }, 'the template says nothing'],
  ['a type that is not there', { ...good, variables: [{ name: 'deal', type: 'thing' }] }, '"thing" is not accepted'],
  ['two texts', { name: 't', body: '# Hi', bodyType: 'markdown', bodyText: 'Hi' }, '"body" says what "bodyText" says already'],
  ['an attachment without content', { ...good, attachments: [{ filename: 'x.csv' }] }, '"content" is missing'],
  ['a locale that is none', { ...good, locale: 'english please' }, 'is no language tag'],
  ['two bodies', { ...good, body: 'x' }, '"body" says what "bodyHtml" says already'],
])('a template with %s is refused', (_, item, message) => {
  expect(() => load({ ...good, name: 'first' }, item)).toThrow(message);
  expect(() => load({ ...good, name: 'first' }, item)).toThrow(/^mail\.template\.yml:\d+:\d+ error/);
});

it('two templates of one name and language are refused', () => {
  expect(() => load(good, { ...good, locale: 'en-us' })).toThrow('there are two templates "t" in en-us');
});

it('quiet hours and digests go by the clock of the person', () => {
  const base: Schedule = { quietFrom: '22:00', quietTo: '07:00', digest: 'daily', digestAt: '08:00', timeZone: 'Europe/Vienna' };
  const at = (text: string): Date => new Date(text);
  expect(quietUntil(base, at('2026-01-10T22:30:12Z'))).toEqual(at('2026-01-11T06:00:00Z'));
  expect(quietUntil(base, at('2026-01-10T20:59:59Z'))).toBeUndefined();
  expect(quietUntil(base, at('2026-01-10T21:00:00Z'))).toEqual(at('2026-01-11T06:00:00Z'));
  expect(quietUntil(base, at('2026-01-11T06:00:00Z'))).toBeUndefined();
  expect(quietUntil({ ...base, quietFrom: '12:00', quietTo: '13:00' }, at('2026-01-10T11:15:00Z'))).toEqual(at('2026-01-10T12:00:00Z'));
  expect(quietUntil({ ...base, quietFrom: null }, at('2026-01-10T23:00:00Z'))).toBeUndefined();
  expect(digestAt(base, at('2026-01-10T07:00:30Z'))).toEqual(at('2026-01-11T07:00:00Z'));
  expect(digestAt(base, at('2026-01-10T06:59:30Z'))).toEqual(at('2026-01-10T07:00:00Z'));
  expect(digestAt({ ...base, digest: 'hourly' }, at('2026-01-10T06:20:30Z'))).toEqual(at('2026-01-10T07:00:00Z'));
  expect(digestAt({ ...base, digest: 'off' }, at('2026-01-10T06:20:30Z'))).toBeUndefined();
});
