import * as z from 'zod';
import { templateKind } from '../../../kernel/notifications.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import { isMapping, Reader, type Report } from '../../../metadata/definitions/reader.ts';
import type { CatalogReport, FileKind, KindDocuments } from '../../../metadata/phase.ts';
import { storedReads } from '../../../resolvers/expressions/formulas.ts';
import { valuesOf, type Rule } from '../rule.ts';
import { readRule, type RuleScope } from './read-rule.ts';

export const workflowKeys = { workflows: z.array(z.record(z.string(), z.unknown())).optional().describe('Workflow rules of the object.') };

export const workflowKind: FileKind = {
  suffix: 'workflow',
  description: 'Workflow rules: what follows when records change.',
  schema: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]),
};

/** All active rules in the order in which they take effect. Mistakes are reported at their place. */
export function readRules(catalog: Catalog, report: CatalogReport, documents: KindDocuments, timeZone: string): readonly Rule[] {
  const rules: Rule[] = [];
  const names = new Set<string>();
  const templates = templatesOf(documents);
  const add = (reader: Reader, owner: RuleScope['owner']): void => {
    const rule = readRule(reader, { catalog, owner, templates, timeZone });
    if (!rule) return;
    if (names.has(rule.name)) reader.error(['name'], `there are two rules "${rule.name}"`, 'Rename one of them.');
    names.add(rule.name);
    for (const problem of outOfReach(rule, catalog)) reader.error([], problem, 'Criteria and values see stored fields, formulas, and what lookups lead to.');
    rules.push(rule);
  };
  for (const object of catalog.objects.values()) {
    const list = object.definition['workflows'];
    const reportAt: Report = (severity, path, _subject, message, hint) => report(severity, object.name, path, message, hint);
    if (Array.isArray(list)) for (const [index, item] of list.entries()) add(new Reader(item, ['workflows', index], object.name, reportAt), object);
  }
  for (const document of documents.get(workflowKind.suffix) ?? []) {
    const reportAt: Report = (severity, path, subject, message, hint) => document.report(severity, path, subject, message, hint);
    for (const { item, path } of itemsOf(document.value)) add(new Reader(item, path, nameOf(item) ?? 'workflow', reportAt), undefined);
  }
  return rules.sort((one, other) => one.order - other.order || (one.name < other.name ? -1 : 1));
}

/** A file holds one definition, or a list. */
function itemsOf(value: unknown): readonly { readonly item: unknown; readonly path: readonly number[] }[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ item, path: [index] })) : [{ item: value, path: [] }];
}

function nameOf(item: unknown): string | undefined {
  return isMapping(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
}

/** Null when no plugin sends messages. */
function templatesOf(documents: KindDocuments): ReadonlySet<string> | null {
  const found = documents.get(templateKind);
  return found ? new Set(found.flatMap(({ value }) => itemsOf(value).flatMap(({ item }) => nameOf(item) ?? []))) : null;
}

function outOfReach({ criteria, actions, timers }: Rule, catalog: Catalog): readonly string[] {
  const values = [...actions, ...timers.flatMap((timer) => timer.actions)].flatMap(valuesOf);
  const expressions = [...(criteria ? [criteria] : []), ...values.flatMap((value) => value.expressions)];
  return expressions.flatMap((expression) => storedReads([expression], catalog).flatMap(({ field }) => (field.column === undefined ? [`"${expression.source}" reads ${field.name}, which is not stored`] : [])));
}
