import * as z from 'zod';
import { seedModes } from '../seed.ts';
import type { KeyVocabulary } from './key-vocabulary.ts';

export const seedShape = {
  object: z.string().optional().describe('Object of the records; the name of the file by default.'),
  externalId: z.string().optional().describe('Unique field by which a record is recognised; `name` by default.'),
  mode: z.enum(seedModes).optional().describe('`upsert` by default: insert new records and update known ones.'),
  env: z.array(z.enum(['prod', 'dev', 'test'])).optional().describe('Environments in which the records are loaded; all by default.'),
  records: z.array(z.record(z.string(), z.unknown())).describe('Records, values by field. A lookup is given by the id or the external id of its target.'),
} satisfies z.ZodRawShape;

export const seedVocabulary: KeyVocabulary = {
  what: 'seed data',
  shape: seedShape,
  client: new Set(),
  inert: new Set(),
  aliases: { objectName: 'object', data: 'records' },
};
