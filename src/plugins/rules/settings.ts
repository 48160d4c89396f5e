import * as z from 'zod';
import { isTimeZone } from '../../metadata/expressions/time-zone.ts';

export const rulesSettings = z.strictObject({
  timeZone: z.string().refine(isTimeZone, 'must be the name of a time zone such as Europe/Berlin').default('UTC').describe('Time zone of days and clocks in expressions: TODAY(), YEAR(created_at).'),
  recheck: z.string().min(9).optional().describe('Times at which roll-ups are compared with their records and mended, as a cron rule in that time zone: 0 3 * * *. Takes the plugin jobs.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Rules of the type async may ask services of the own machine and network.'),
});

export type RulesSettingsInput = z.input<typeof rulesSettings>;
