import type { CatalogField } from '../metadata/catalog.ts';

/** Label, description and help text as one paragraph: `Annual revenue. Turnover of the last fiscal year.` */
export function describe(label: string, ...more: readonly unknown[]): string {
  const texts = [label, ...more].filter((text): text is string => typeof text === 'string' && text.trim() !== '').map((text) => text.trim());
  return [...new Set(texts)].reduce((all, text) => (all === '' ? text : `${all}${/[.!?…:]$/.test(all) ? '' : '.'} ${text}`), '');
}

export function describeField(field: CatalogField): string {
  return describe(field.label, field.description, field.definition['inlineHelpText']);
}
