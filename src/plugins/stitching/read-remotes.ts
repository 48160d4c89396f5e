import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import { envText, namesVariable, type Env, type EnvText } from '../../metadata/definitions/env-text.ts';
import { foreignFieldName, holdsKey, keyTypeOf } from '../../metadata/foreign-key.ts';
import { suggest } from '../../metadata/nearest.ts';
import type { CatalogReport, KindDocument, KindDocuments } from '../../metadata/phase.ts';
import { remoteKind, remoteReferenceOf, type LinkedField, type RemoteDefinition, type RemoteReference } from './definition.ts';

/** A remote service as its file defines it. */
export interface Remote extends Omit<RemoteDefinition, 'url' | 'headers' | 'subscriptions'> {
  readonly url: EnvText;
  /** By name in small letters. */
  readonly headers: ReadonlyMap<string, EnvText>;
  readonly subscriptions: EnvText | undefined;
  /** That defines it, within the folder of the definitions. */
  readonly file: string;
}

/** A field of an object that holds the key of a record of a remote service. */
export interface Reference {
  readonly object: CatalogObject;
  readonly field: CatalogField;
  readonly to: RemoteReference;
  /** Field of the record that leads there. */
  readonly name: string;
}

export interface Remotes {
  readonly remotes: readonly Remote[];
  readonly references: readonly Reference[];
}

export function readRemotes(catalog: Catalog, report: CatalogReport, documents: KindDocuments, env: Env): Remotes {
  const remotes = new Map<string, Remote>();
  for (const document of documents.get(remoteKind.suffix) ?? []) {
    const definition = document.value as RemoteDefinition;
    const problems: Problems = { error: (path, message, hint) => document.report('error', path, definition.name, message, hint) };
    if (remotes.has(definition.name)) problems.error(['name'], `there is another remote of the name "${definition.name}"`, 'Rename one of them.');
    checkFields(definition, catalog, document);
    if (definition.sdl !== undefined && definition.pollSeconds > 0) document.report('warning', ['sdl'], definition.name, 'with "sdl" the service is not asked for changes of its schema', 'Set pollSeconds: 0.');
    remotes.set(definition.name, {
      ...definition,
      file: document.file,
      url: address(definition.url, ['http:', 'https:'], env, problems, ['url']),
      headers: new Map(Object.entries(definition.headers).map(([name, value]) => [name.toLowerCase(), envText(value, env, problems, ['headers', name])])),
      subscriptions: definition.subscriptions && address(definition.subscriptions.url, ['ws:', 'wss:', 'http:', 'https:'], env, problems, ['subscriptions', 'url']),
      forwardHeaders: definition.forwardHeaders.map((name) => name.toLowerCase()),
    });
  }
  const references = referencesOf(catalog);
  for (const reference of references) checkReference(reference, remotes, report);
  return { remotes: [...remotes.values()], references };
}

interface Problems {
  error(path: readonly (string | number)[], message: string, hint?: string): void;
}

/** An address; one that is known before the process runs is looked at. */
function address(text: string, protocols: readonly string[], env: Env, problems: Problems, path: readonly string[]): EnvText {
  const known = !namesVariable(text);
  if (known && !(URL.canParse(text) && protocols.includes(new URL(text).protocol))) problems.error(path, `"${text}" is no address of a service`, `It begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`);
  return envText(text, env, problems, path);
}

function referencesOf({ objects }: Catalog): readonly Reference[] {
  return [...objects.values()].flatMap((object) =>
    [...object.fields.values()].flatMap((field) => {
      const to = remoteReferenceOf(field);
      return to && object.methods.size > 0 && !field.internal ? [{ object, field, to, name: foreignFieldName(field, to) }] : [];
    }),
  );
}

function checkReference({ object, field, to, name }: Reference, remotes: ReadonlyMap<string, Remote>, report: CatalogReport): void {
  const error = (path: readonly string[], message: string, hint?: string) => report('error', `${object.name}.${field.name}`, ['remote', ...path], message, hint);
  const remote = remotes.get(to.remote);
  if (!remote) return error(['remote'], `there is no remote "${to.remote}"`, suggest(to.remote, [...remotes.keys()]) ?? `Define it in remotes/${to.remote}.remote.yml.`);
  if (!remote.lookups[to.type]?.[to.key]) error(['key'], `the remote ${to.remote} does not say how a ${to.type} is found by ${to.key}`, `Add to its file: lookups: { ${to.type}: { ${to.key}: { field: …, argument: … } } }.`);
  if (!holdsKey(field, to)) error([], `a value of type ${field.type.name} cannot be the key ${to.key}: ${keyTypeOf(to)} of ${to.type}`, 'Use type: text, or type: number with keyType: Int.');
  const taken = [...object.fields.values()].some(({ graphqlName }) => graphqlName === name) || object.relations.has(name);
  if (taken) error([], `${object.names.type} has a field "${name}" already, which is to lead to the record`, 'Name it otherwise with "as".');
}

function checkFields({ name: remote, fields }: RemoteDefinition, { objects }: Catalog, document: KindDocument): void {
  const error = (path: readonly string[], message: string, hint?: string) => document.report('error', ['fields', ...path], remote, message, hint);
  for (const [type, ofType] of Object.entries(fields)) {
    for (const [name, linked] of Object.entries(ofType)) {
      const object = objects.get(linked.object);
      if (!object || object.methods.size === 0) error([type, name, 'object'], `there is no object "${linked.object}" in the API`, suggest(linked.object, [...objects.keys()]));
      else checkLinked(linked, object, (key, message, hint) => error([type, name, key], message, hint));
    }
  }
}

function checkLinked({ field: name, many }: LinkedField, object: CatalogObject, error: (key: string, message: string, hint?: string) => void): void {
  const field = object.fields.get(name);
  if (!field || field.internal) return error('field', `${object.name} has no field "${name}"`, suggest(name, [...object.fields.keys()]));
  if (field.multiple || field.column === undefined || field.type.filters(field) === undefined) return error('field', `${object.name}.${name} holds no value that can be looked for`, 'Name a field with one value of a plain type.');
  const isKey = object.keys.some(({ fields: [only, ...others] }) => only === name && others.length === 0);
  if (!many && !isKey) error('field', `${object.name}.${name} is not unique, so there may be several records`, 'Add "many: true", or make the field unique.');
  if (many && !object.methods.has('list')) error('object', `${object.name} cannot be listed`, 'Its "apiMethods" must have "list".');
}
