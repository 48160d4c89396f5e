import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';

/** Readers of a field's own keys: the value when it has the expected kind, else undefined (the loader has reported it). */
export function numberKey(field: CatalogField, key: string): number | undefined {
  const value = field.definition[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function textKey(field: CatalogField, key: string): string | undefined {
  const value = field.definition[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function flagKey(field: CatalogField, key: string): boolean {
  return field.definition[key] === true;
}

export function recordKey(field: CatalogField, key: string): Readonly<Record<string, unknown>> {
  const value = field.definition[key];
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Zod shapes of keys that several types share. */
export const lengthKeys = {
  minLength: z.int().min(0).optional(),
  maxLength: z.int().min(1).optional(),
  format: z.string().min(1).optional().describe('A named format (email, url, phone, uuid, slug, json) or a regular expression that the whole value must match.'),
} satisfies z.ZodRawShape;

export const rangeKeys = {
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().positive().optional().describe('Values are multiples of it, counted from min (or 0).'),
} satisfies z.ZodRawShape;

export const digitKeys = {
  precision: z.int().min(0).max(1000).optional().describe('Total digits; without scale and up to 10 it is the number of decimals.'),
  scale: z.int().min(0).max(100).optional().describe('Decimals.'),
} satisfies z.ZodRawShape;
