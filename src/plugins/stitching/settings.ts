import * as z from 'zod';

export const stitchingSettings = z.strictObject({
  env: z.array(z.string().min(1)).default([]).describe('Environment variables that definitions of remote services may name: {{env.CATALOG_TOKEN}}.'),
  lookups: z.boolean().default(false).describe('Root fields by which stitching gateways find records of keys, with @merge, such as accountsById(keys).'),
  sdl: z.enum(['development', 'public']).default('development').describe('Who may ask for the schema as text (`_sdl`), with lookups: everybody outside of production, or everybody.'),
});

export type StitchingSettings = z.output<typeof stitchingSettings>;
export type StitchingSettingsInput = z.input<typeof stitchingSettings>;
