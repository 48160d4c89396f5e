import { isRecord } from '../../../metadata/field-types/definition.ts';
import type { DefinitionInput, WrittenObject } from '../../../metadata/phase.ts';

/** Internal roll-ups that an average is made of: the sum of its values, and how many there are. */
export const averageParts = (field: string) => ({ sum: `${field}_avg_sum`, count: `${field}_avg_count` });

/** They follow every write exactly, so that the average does. */
export function partsOfAverages({ fields }: WrittenObject): Readonly<Record<string, DefinitionInput>> {
  return Object.fromEntries(
    [...fields].flatMap(([name, { type, label, summaryOperations: operations }]) => {
      if (type !== 'summary' || !isRecord(operations) || operations['function'] !== 'avg') return [];
      const { sum, count } = averageParts(name);
      const part = (fn: 'sum' | 'count', what: string): DefinitionInput => ({ type: 'summary', label: `${typeof label === 'string' ? label : name} (${what})`, internal: true, summaryOperations: { ...operations, function: fn } });
      return [[sum, part('sum', 'sum of the values')], [count, part('count', 'number of values')]];
    }),
  );
}
