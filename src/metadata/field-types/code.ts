import * as z from 'zod';
import { textType } from './families.ts';

export const code = textType({
  name: 'code',
  description: 'Source text, shown with its syntax.',
  long: true,
  keys: { language: z.string().optional(), theme: z.string().optional(), lineNumbers: z.boolean().optional() },
  clientKeys: ['language', 'theme', 'lineNumbers'],
});
