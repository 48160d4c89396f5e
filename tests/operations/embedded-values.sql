SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t1."opportunity_number" AS "opportunityNumber", CASE WHEN t1."terms" IS NOT NULL THEN (SELECT row_to_json(x)
  FROM (SELECT (t1."terms" -> 'payment_days') AS "paymentDays", (t1."terms" -> 'contract_months') AS "contractMonths") x) END AS "terms", t1."close_date"::text AS "closeDate"
  FROM (SELECT t1.*
  FROM "opportunity" t1
  WHERE t1."deleted_at" IS NULL AND t1."opportunity_number" = ANY($1::text[])
  ORDER BY t1."opportunity_number", t1."id"
  LIMIT 50) t1) x) AS "nodes") x) AS "opportunities", (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t2."tags" AS "tags", CASE WHEN t2."headquarters" IS NOT NULL THEN (SELECT row_to_json(x)
  FROM (SELECT (t2."headquarters" -> 'lat') AS "lat", (t2."headquarters" -> 'lng') AS "lng") x) END AS "headquarters", (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t4."name" AS "name"
  FROM (SELECT t4.*
  FROM "industry" t4
  WHERE t4."id" IN (SELECT target_id
  FROM "account_industries_link"
  WHERE source_id = t2."id")
  ORDER BY t4."name", t4."id"
  LIMIT 50) t4) x) AS "nodes") x) AS "industries"
  FROM (SELECT t2.*
  FROM "account" t2
  WHERE t2."deleted_at" IS NULL AND EXISTS (SELECT 1
  FROM "industry" t3
  WHERE t3."id" IN (SELECT target_id
  FROM "account_industries_link"
  WHERE source_id = t2."id") AND (t3."code" IS NOT NULL))
  ORDER BY t2."account_number", t2."id"
  LIMIT 2) t2) x) AS "nodes") x) AS "accounts") x)::text AS json;
