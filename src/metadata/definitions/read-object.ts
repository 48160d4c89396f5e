import * as z from 'zod';
import type { Part, Place } from '../part.ts';
import type { OrganizationField } from '../phase.ts';
import { createPart } from '../part.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import type { SourceDocument } from '../source-document.ts';
import { extendVocabulary } from './key-vocabulary.ts';
import type { KeyVocabulary } from './key-vocabulary.ts';
import { enableVocabulary, extensionVocabulary, objectVocabulary } from './object.ts';
import type { FieldReader } from './read-field.ts';
import { listFields } from './read-field.ts';
import { checkKeys, checkValues, readMapping } from './read-mapping.ts';

/** An object or extension as read, keys in canonical spelling, values not checked yet. */
export interface ObjectDraft {
  readonly name: string;
  readonly part: Part;
  readonly enable: Part;
  readonly fields: Map<string, Part>;
  /** Brought by a plugin. */
  readonly system: boolean;
  /** Lookup to the organization that records belong to. */
  readonly organization?: OrganizationField;
}

export interface ExtensionDraft extends ObjectDraft {
  readonly priority: number;
}

export interface PluginKeys {
  readonly object: z.ZodRawShape;
  readonly enable: readonly string[];
}

/** Reads objects and extensions. */
export class ObjectReader {
  readonly #fields: FieldReader;
  readonly #report: Report;
  readonly #object: KeyVocabulary;
  readonly #extension: KeyVocabulary;
  readonly #enable: KeyVocabulary;
  readonly #objectSchema: z.ZodType<Record<string, unknown>>;
  readonly #enableSchema: z.ZodType<Record<string, unknown>>;

  constructor(fields: FieldReader, keys: PluginKeys, report: Report) {
    this.#fields = fields;
    this.#report = report;
    this.#object = extendVocabulary(objectVocabulary, keys.object);
    this.#extension = extendVocabulary(extensionVocabulary, keys.object);
    this.#enable = extendVocabulary(enableVocabulary, Object.fromEntries(keys.enable.map((key) => [key, z.boolean().optional()])));
    this.#objectSchema = z.looseObject(this.#object.shape);
    this.#enableSchema = z.looseObject(this.#enable.shape);
  }

  /** `fallbackName` comes from the file; a definition made in code needs a name of its own. */
  read(document: SourceDocument, system: boolean, fallbackName?: string): ObjectDraft | ExtensionDraft | undefined {
    const place: Place = { document, path: [] };
    const raw = isMapping(document.value) ? document.value : undefined;
    const extended = raw?.['extend'];
    const name = extended ?? raw?.['name'] ?? fallbackName;
    const subject = typeof name === 'string' ? name : '';
    const isExtension = extended !== undefined;
    const part = readMapping(isExtension ? this.#extension : this.#object, document.value, place, subject, this.#report);
    if (!part) return undefined;
    if (typeof name !== 'string' || name === '') {
      this.#report.error(part, [isExtension ? 'extend' : 'name'], subject, `an object needs a name, found ${JSON.stringify(name)}`);
      return undefined;
    }
    liftFlags(part);
    const draft: ObjectDraft = { name, part, enable: this.#readEnable(part, name), fields: this.#readFields(part, name), system };
    if (!isExtension) return draft;
    const priority = part.value['priority'];
    return { ...draft, priority: typeof priority === 'number' ? priority : 200 };
  }

  /** After extensions are laid over it. */
  check(draft: ObjectDraft): boolean {
    const { part, enable, name } = draft;
    checkKeys(this.#object, part, name, this.#report);
    checkKeys(this.#enable, enable, `${name}.enable`, this.#report);
    const right = checkValues(this.#objectSchema, part, name, this.#report);
    return checkValues(this.#enableSchema, enable, `${name}.enable`, this.#report) && right;
  }

  #readEnable(part: Part, name: string): Part {
    const raw = part.value['enable'];
    const place = { document: part.document, path: [...part.path, part.moved.get('enable')?.at(-1)?.path.at(-1) ?? 'enable'] };
    if (raw === undefined) return createPart(place, {});
    delete part.value['enable'];
    return readMapping(this.#enable, raw, place, `${name}.enable`, this.#report) ?? createPart(place, {});
  }

  #readFields(part: Part, name: string): Map<string, Part> {
    const fields = new Map<string, Part>();
    const raw = part.value['fields'];
    delete part.value['fields'];
    if (raw === undefined) return fields;
    for (const { name: field, raw: definition, place } of listFields(raw, { document: part.document, path: [...part.path, 'fields'] }, name, this.#report)) {
      const read = this.#fields.read(definition, place, `${name}.${field}`);
      if (read) fields.set(field, read);
    }
    return fields;
  }
}

/** Flags that older definitions write beside `enable`, and search as a plain list. */
function liftFlags(part: Part): void {
  const { value } = part;
  for (const [key, flag] of [['enable_api', 'apiEnabled'], ['enable_audit', 'trackHistory']] as const) {
    const written = value[key];
    if (written === undefined) continue;
    Reflect.deleteProperty(value, key);
    value['enable'] = { [flag]: written, ...(isMapping(value['enable']) ? value['enable'] : {}) };
  }
  const searchable = value['searchableFields'];
  if (searchable !== undefined) {
    delete value['searchableFields'];
    value['search'] ??= { fields: searchable };
  }
}
