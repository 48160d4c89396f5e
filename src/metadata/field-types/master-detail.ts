import * as z from 'zod';
import { relationType } from './relation-type.ts';

const inlineKeys = {
  inlineEdit: z.union([z.boolean(), z.enum(['grid', 'form'])]).optional(),
  inlineTitle: z.string().optional(),
  inlineColumns: z.array(z.unknown()).optional(),
  inlineAmountField: z.string().optional(),
} satisfies z.ZodRawShape;

export const masterDetail = relationType({
  name: 'master_detail',
  description: 'The record that this one is part of; deleted with it.',
  plural: false,
  keys: { ...inlineKeys, writeRequiresMasterRead: z.boolean().optional() },
  clientKeys: Object.keys(inlineKeys),
  inertKeys: ['writeRequiresMasterRead'],
});
