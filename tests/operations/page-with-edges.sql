SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT coalesce(json_agg(t2."$r0") FILTER (WHERE t2."$n" <= 3), '[]'::json) AS "edges", json_build_object('hasNextPage', (count(*) > 3), 'hasPreviousPage', false) AS "pageInfo", (SELECT count(*)
  FROM "industry" t1) AS "totalCount"
  FROM (SELECT row_number() OVER () AS "$n", (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT t1."name" AS "name") x) AS "node") x) AS "$r0"
  FROM (SELECT t1.*, t1."name" AS "$k0", t1."id" AS "$k1"
  FROM "industry" t1
  ORDER BY t1."name", t1."id"
  LIMIT 4) t1) t2
  HAVING true) x) AS "industries") x)::text AS json;
