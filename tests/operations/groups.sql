SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT CASE t2."g0" WHEN 'prospecting' THEN 'PROSPECTING' WHEN 'qualification' THEN 'QUALIFICATION' WHEN 'proposal' THEN 'PROPOSAL' WHEN 'negotiation' THEN 'NEGOTIATION' WHEN 'closed_won' THEN 'CLOSED_WON' WHEN 'closed_lost' THEN 'CLOSED_LOST' END AS "stage") x) AS "key", t2."m0" AS "count", (SELECT row_to_json(x)
  FROM (SELECT (t2."m1")::text AS "amount") x) AS "sum", (SELECT row_to_json(x)
  FROM (SELECT trim_scale(t2."m2")::text AS "probability") x) AS "avg", (SELECT row_to_json(x)
  FROM (SELECT t2."m3"::text AS "closeDate") x) AS "max"
  FROM (SELECT t1."stage" AS "g0", count(*) AS "m0", sum(t1."amount") AS "m1", avg(t1."probability") AS "m2", max(t1."close_date") AS "m3"
  FROM "opportunity" t1
  WHERE t1."deleted_at" IS NULL
  GROUP BY 1
  HAVING (count(*) > $1::int8)
  ORDER BY sum(t1."amount") DESC NULLS FIRST, 1
  LIMIT 4) t2) x) AS "opportunityGroups", (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT t5."name" AS "name"
  FROM "sys_user" t5
  WHERE t5."id" = t4."g0") x) AS "owner", t4."g1"::text AS "closeDate") x) AS "key", t4."m0" AS "count", (SELECT row_to_json(x)
  FROM (SELECT t4."m1" AS "accountId") x) AS "countDistinct"
  FROM (SELECT t3."owner_id" AS "g0", date_trunc('year', t3."close_date"::timestamp)::date AS "g1", count(*) AS "m0", count(DISTINCT t3."account_id") AS "m1"
  FROM "opportunity" t3
  WHERE t3."deleted_at" IS NULL
  GROUP BY 1, 2
  ORDER BY count(*) DESC NULLS FIRST, 1, 1, 2
  LIMIT 2) t4) x) AS "byOwner") x)::text AS json;
