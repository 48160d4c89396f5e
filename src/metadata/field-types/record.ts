import { compositeType } from './composite-type.ts';
import { isRecord } from './definition.ts';
import { coerceSubfields } from './embedded.ts';
import { accept, below, refuse, wrongType } from './problem.ts';
import { isStorableText } from './text-values.ts';

/** Shown as JSON, since GraphQL has no type for free keys: sub-fields under their machine names, options as stored. */
export const record = compositeType({
  name: 'record',
  description: 'A map of free names to values, each made of the declared sub-fields.',
  graphql: () => ({ kind: 'scalar', scalar: 'JSONObject' }),
  json: (sql) => sql,
  coerce(value, field) {
    if (!isRecord(value) || value instanceof Date) return wrongType('an object', value);
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (!isStorableText(key)) return refuse('BAD_FORMAT', 'A key holds a character that cannot be stored.');
      const coerced = coerceSubfields(item, field);
      if ('problem' in coerced) return below(key, coerced);
      entries.push([key, coerced.object]);
    }
    return accept(JSON.stringify(Object.fromEntries(entries)));
  },
});
