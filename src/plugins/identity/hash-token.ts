import { createHash } from 'node:crypto';

/** Tokens and API keys are random, so a fast hash is enough to keep them out of the database. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
