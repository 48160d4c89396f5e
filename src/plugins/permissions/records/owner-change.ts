import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { StatementPart } from '../../../resolvers/write/statement-part.ts';
import type { Rules } from '../rules.ts';
import { modelOf } from '../access/set-rows.ts';
import { asPlatform, removeByIds } from './clean-up.ts';

/**
 * A record that gets another owner loses the shares made by hand: they were the choice of the former one. The statement that writes
 * the owner finds them; other updates are not concerned.
 */
export function endSharesWithOwner({ name, fields }: CatalogObject, catalog: Catalog, rules: Rules, runtime: () => Runtime): readonly StatementPart[] {
  const { owner, sharing } = modelOf(rules, name);
  const field = owner === undefined ? undefined : fields.get(owner);
  const table = catalog.objects.get('sys_record_share')?.table;
  if (field?.column === undefined || field.system || sharing === 'controlled_by_parent' || table === undefined) return [];
  const column = identifier(field.column);
  return [
    {
      follow: ({ kind, fields: set }) =>
        kind !== 'update' || !set.includes(field.name)
          ? undefined
          : {
              pending: true,
              tables: [table],
              sql: ({ before, after }) => ({
                ctes: [],
                answer:
                  `(SELECT jsonb_agg(s."id") FROM ${identifier(table)} s WHERE s."object" = ${literal(name)} AND s."record_id" IN ` +
                  `(SELECT b."id"::text FROM ${before ?? ''} JOIN ${after ?? ''} ON a."id" = b."id" WHERE a.${column} IS DISTINCT FROM b.${column}))`,
              }),
              async finish(ids, context: RequestContext) {
                if (Array.isArray(ids)) await removeByIds('sys_record_share', ids as readonly string[], runtime().writer, asPlatform(context));
              },
            },
    },
  ];
}
