import * as z from 'zod';

const seconds = z.int().min(0).max(86_400);

export const responseCacheSettings = z.strictObject({
  maxAge: seconds.default(60).describe('Seconds for which an answer is kept at most, where the objects that it was read from do not say otherwise (`cache`); 0 keeps answers from objects that do alone.'),
  maxBytes: z.int().min(1_000).max(100_000_000_000).default(67_108_864).describe('Memory for answers in one process; those that were used least go first.'),
});

export type ResponseCacheSettings = z.output<typeof responseCacheSettings>;
export type ResponseCacheSettingsInput = z.input<typeof responseCacheSettings>;

/** Key of objects. */
export const cacheKey = z
  .union([z.literal(false), z.strictObject({ maxAge: seconds.min(1).describe('Seconds for which an answer is kept at most.') })])
  .optional()
  .describe('How long answers that records of the object went into are kept; false keeps none.');

export type ObjectCache = z.output<typeof cacheKey>;
