import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import { flagKey, textKey } from './definition.ts';
import { orderedAggregates, textType } from './families.ts';
import { accept, refuse, shown, wrongType } from './problem.ts';

const byte = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const percentage = '(?:100|\\d?\\d)(?:\\.\\d+)?%';
const alpha = '(?:0|1|0?\\.\\d+|1\\.0+|100%|\\d?\\d%)';
const comma = '\\s*,\\s*';

const formats = {
  hex: { plain: /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, withAlpha: /^#(?:[0-9a-f]{4}|[0-9a-f]{8})$/i, example: '#1a2b3c' },
  rgb: { plain: new RegExp(`^rgb\\(\\s*${byte}${comma}${byte}${comma}${byte}\\s*\\)$`, 'i'), withAlpha: new RegExp(`^rgba\\(\\s*${byte}${comma}${byte}${comma}${byte}${comma}${alpha}\\s*\\)$`, 'i'), example: 'rgb(26, 43, 60)' },
  hsl: { plain: new RegExp(`^hsl\\(\\s*(?:360|3[0-5]\\d|[12]?\\d?\\d)${comma}${percentage}${comma}${percentage}\\s*\\)$`, 'i'), withAlpha: new RegExp(`^hsla\\(\\s*(?:360|3[0-5]\\d|[12]?\\d?\\d)${comma}${percentage}${comma}${percentage}${comma}${alpha}\\s*\\)$`, 'i'), example: 'hsl(210, 40%, 17%)' },
} as const;

/** `rgba` is `rgb` whose opacity is always given. */
function isColor(text: string, field: CatalogField): boolean {
  const name = textKey(field, 'colorFormat') ?? 'hex';
  if (name === 'rgba') return formats.rgb.withAlpha.test(text);
  const format = formats[name as keyof typeof formats];
  return format.plain.test(text) || (flagKey(field, 'allowAlpha') && format.withAlpha.test(text));
}

export const color = textType({
  name: 'color',
  description: 'A color, in hex unless colorFormat says otherwise.',
  aggregates: orderedAggregates.slice(0, 1),
  keys: {
    colorFormat: z.enum(['hex', 'rgb', 'rgba', 'hsl']).optional(),
    allowAlpha: z.boolean().optional(),
    presetColors: z.array(z.string()).optional(),
  },
  clientKeys: ['presetColors'],
  check(field, report) {
    const presets = field.definition['presetColors'];
    for (const preset of Array.isArray(presets) ? presets : []) {
      if (typeof preset !== 'string' || !isColor(preset, field)) report('presetColors', `${shown(preset)} is not a color that this field accepts`);
    }
  },
  coerce(value, field) {
    if (typeof value !== 'string') return wrongType('a color', value);
    const text = value.trim();
    if (isColor(text, field)) return accept(text);
    const name = textKey(field, 'colorFormat') ?? 'hex';
    const example = name === 'rgba' ? 'rgba(26, 43, 60, 0.5)' : formats[name as keyof typeof formats].example;
    return refuse('BAD_FORMAT', `Expected a color such as ${example}, found ${shown(value)}.`);
  },
});
