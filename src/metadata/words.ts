import pluralize from 'pluralize';

/** `annual_revenue`, `annualRevenue`, `Annual Revenue`, `SLATemplate` → `annual revenue`, … as a list of lower-case words. */
export function splitWords(text: string): string[] {
  return text
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** `SLATemplate` → `sla_template`. */
export function toSnake(text: string): string {
  return splitWords(text).join('_');
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `annual_revenue` → `annualRevenue`; leading underscores stay, because they make a different name. */
export function toCamel(name: string): string {
  const lead = /^_*/.exec(name)?.[0] ?? '';
  const [first = '', ...rest] = splitWords(name);
  return lead + first + rest.map(capitalize).join('');
}

/** `annual_revenue` → `AnnualRevenue`. */
export function toPascal(name: string): string {
  const lead = /^_*/.exec(name)?.[0] ?? '';
  return lead + splitWords(name).map(capitalize).join('');
}

/** `annual_revenue` → `Annual Revenue`. */
export function toLabel(name: string): string {
  return splitWords(name).map(capitalize).join(' ');
}

/** Plural of the last word, the others unchanged: `opportunity_line` → `opportunity_lines`, `salesCategory` → `salesCategories`. */
export function toPlural(name: string): string {
  const [head, last] = splitLast(name);
  return head + pluralize.plural(last);
}

export function toSingular(name: string): string {
  const [head, last] = splitLast(name);
  return head + pluralize.singular(last);
}

function splitLast(name: string): [string, string] {
  const match = /^(.*?)([A-Z]?[^A-Z_ ]+|[A-Z]+)$/s.exec(name);
  return match ? [match[1] ?? '', match[2] ?? ''] : ['', name];
}
