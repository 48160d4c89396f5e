import * as z from 'zod';
import type { Part } from '../part.ts';
import { isMapping, show } from '../report.ts';
import type { Report } from '../report.ts';
import type { SourceDocument } from '../source-document.ts';
import { checkKeys, checkValues, readMapping } from './read-mapping.ts';
import { seedShape, seedVocabulary } from './seed-data.ts';

/** Seed data as read; the object and its fields are not looked up yet. */
export interface SeedDraft {
  readonly part: Part;
  readonly object: string;
  readonly subject: string;
}

const schema: z.ZodType<Record<string, unknown>> = z.looseObject(seedShape);

/** A set of records, a list of sets, or a bare list of records of the object that the file is named after. */
export function readSeeds(document: SourceDocument, fallbackObject: string | undefined, report: Report): readonly SeedDraft[] {
  const { value } = document;
  if (!Array.isArray(value)) return readSet(document, [], value, fallbackObject, report);
  const sets = value as readonly unknown[];
  const areSets = sets.every((item) => isMapping(item) && (Array.isArray(item['records']) || Array.isArray(item['data'])));
  if (areSets) return sets.flatMap((set, index) => readSet(document, [index], set, fallbackObject, report));
  const whole: SourceDocument = { ...document, value: { records: value }, locate: (path) => document.locate(path[0] === 'records' ? path.slice(1) : path) };
  return readSet(whole, [], whole.value, fallbackObject, report);
}

function readSet(document: SourceDocument, path: readonly number[], raw: unknown, fallbackObject: string | undefined, report: Report): readonly SeedDraft[] {
  const part = readMapping(seedVocabulary, raw, { document, path }, 'seed data', report);
  if (!part) return [];
  const object = part.value['object'] ?? fallbackObject;
  if (typeof object !== 'string') {
    report.error(part, ['object'], 'seed data', `the object of the records is missing, found ${show(object)}`);
    return [];
  }
  const subject = `data of ${object}`;
  checkKeys(seedVocabulary, part, subject, report);
  return checkValues(schema, part, subject, report) ? [{ part, object, subject }] : [];
}
