SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT coalesce(json_agg(t2."$r0"
  ORDER BY t2."$n" DESC) FILTER (WHERE t2."$n" <= 3), '[]'::json) AS "nodes", json_build_object('hasNextPage', false, 'hasPreviousPage', (count(*) > 3)) AS "pageInfo"
  FROM (SELECT row_number() OVER () AS "$n", (SELECT row_to_json(x)
  FROM (SELECT t1."sku" AS "sku") x) AS "$r0"
  FROM (SELECT t1.*, t1."sku" AS "$k0", t1."id" AS "$k1"
  FROM "product" t1
  ORDER BY t1."sku" DESC, t1."id" DESC
  LIMIT 4) t1) t2
  HAVING true) x) AS "products") x)::text AS json;
