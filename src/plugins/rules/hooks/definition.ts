import * as z from 'zod';
import type { FileKind } from '../../../metadata/phase.ts';
import { expressionShape } from '../evaluation/compile.ts';

/** A hook as definitions write it. */
export const hookSchema = z.looseObject({
  name: z.string().min(1).describe('Machine name, for messages.'),
  label: z.string().optional(),
  description: z.string().optional(),
  object: z.union([z.string(), z.array(z.string()).min(1)]).optional().describe('Object, list of objects, or `*`; the object that it stands in by default.'),
  events: z.array(z.string()).min(1).describe('`beforeInsert`, `beforeUpdate`, `beforeDelete`, `afterInsert`, …'),
  condition: expressionShape.optional().describe('The hook runs where this is true.'),
  priority: z.number().optional().describe('Lower comes first; 100 by default.'),
  onError: z.enum(['abort', 'log']).optional().describe('What a failing hook does to the write; `abort` by default.'),
  active: z.boolean().optional(),
  async: z.boolean().optional(),
  retryPolicy: z.unknown().optional(),
  timeout: z.number().optional(),
  actions: z.unknown().optional().describe('A list of `{ assign: { field: value } }` and `{ stop: message }`.'),
  body: z.union([z.string(), z.looseObject({})]).optional().describe('`{ language: expression, source }` with one assignment a line, or `actions`.'),
  handler: z.string().optional().describe('A function that a plugin registers with the service `hookHandlers`.'),
});
export type WrittenHook = z.infer<typeof hookSchema>;

/** `deals.hook.yml`: one hook, or several as documents. */
export const hookKind: FileKind = { suffix: 'hook', description: 'What happens before or after records are written.', schema: hookSchema.extend({ object: z.union([z.string(), z.array(z.string()).min(1)]) }) };
