import * as z from 'zod';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { CatalogReport, FileKind, KindDocuments } from '../../../metadata/phase.ts';
import { Reader, type Report } from '../../../metadata/definitions/reader.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { Rule } from '../rule.ts';
import { readRule } from './read-rule.ts';

export const workflowKeys = { workflows: z.array(z.record(z.string(), z.unknown())).optional().describe('Workflow rules of the object.') };

export const workflowKind: FileKind = {
  suffix: 'workflow',
  description: 'Workflow rules: what follows when records change.',
  schema: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]),
};

/** All active rules in the order in which they take effect. Mistakes are reported at their place. */
export function readRules(catalog: Catalog, report: CatalogReport, documents: KindDocuments): readonly Rule[] {
  const rules: Rule[] = [];
  const names = new Set<string>();
  const add = (reader: Reader, owner: Parameters<typeof readRule>[2]): void => {
    const rule = readRule(reader, catalog, owner);
    if (!rule) return;
    if (names.has(rule.name)) reader.error(['name'], `there are two rules "${rule.name}"`, 'Rename one of them.');
    names.add(rule.name);
    for (const problem of outOfReach(rule)) reader.error([], problem, 'Criteria and values see the stored fields of the record itself.');
    rules.push(rule);
  };
  for (const object of catalog.objects.values()) {
    const list = object.definition['workflows'];
    const reportAt: Report = (severity, path, _subject, message, hint) => report(severity, object.name, path, message, hint);
    if (Array.isArray(list)) for (const [index, item] of list.entries()) add(new Reader(item, ['workflows', index], object.name, reportAt), object);
  }
  for (const document of documents.get(workflowKind.suffix) ?? []) {
    const { value } = document;
    const reportAt: Report = (severity, path, subject, message, hint) => document.report(severity, path, subject, message, hint);
    const nameOf = (item: unknown): string => String((item as { readonly name?: unknown } | null)?.name ?? 'workflow');
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add(new Reader(item, [index], nameOf(item), reportAt), undefined);
    else add(new Reader(value, [], nameOf(value), reportAt), undefined);
  }
  return rules.sort((one, other) => one.order - other.order || (one.name < other.name ? -1 : 1));
}

function outOfReach({ criteria, actions }: Rule): readonly string[] {
  const values = actions.flatMap((action) => [
    ...('values' in action ? action.values.values() : []),
    ...(action.type === 'update_record' ? [action.id] : []),
    ...(action.type === 'http_call' ? [action.url, ...action.headers.values(), ...(action.body ? [action.body] : [])] : []),
  ]);
  const expressions: readonly CheckedExpression[] = [...(criteria ? [criteria] : []), ...values.flatMap((value) => value.expressions)];
  return expressions.flatMap(({ source, reads }) => reads.flatMap(({ steps, field }) => {
    if (steps.length > 0) return [`"${source}" reads another record, which rules cannot yet`];
    return field.column === undefined ? [`"${source}" reads ${field.name}, which is not stored`] : [];
  }));
}
