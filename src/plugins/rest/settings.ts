import * as z from 'zod';

export const restSettings = z.strictObject({
  docs: z.boolean().optional().describe('Whether browsers get the documentation with forms to try at /api/docs; off in production unless set.'),
});

export type RestSettingsInput = z.input<typeof restSettings>;
