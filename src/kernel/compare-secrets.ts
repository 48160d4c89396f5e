import { createHash, timingSafeEqual } from 'node:crypto';

/** In a time that does not tell where they differ. */
export const isEqual = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

/** Whether a text is the secret, in a time that tells neither where nor in how many characters it differs. */
export const isSecret = (given: string, secret: string): boolean => isEqual(digest(given), digest(secret));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
