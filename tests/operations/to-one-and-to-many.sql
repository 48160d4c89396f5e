SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT t1."name" AS "name", CASE t1."type" WHEN 'prospect' THEN 'PROSPECT' WHEN 'customer' THEN 'CUSTOMER' WHEN 'partner' THEN 'PARTNER' WHEN 'competitor' THEN 'COMPETITOR' WHEN 'former_customer' THEN 'FORMER_CUSTOMER' END AS "type", t1."annual_revenue"::text AS "annualRevenue", CASE WHEN t1."billing_address" IS NOT NULL THEN (SELECT row_to_json(x)
  FROM (SELECT (t1."billing_address" ->> 'city') AS "city", (t1."billing_address" ->> 'countryCode') AS "countryCode") x) END AS "billingAddress", (SELECT row_to_json(x)
  FROM (SELECT t2."name" AS "name"
  FROM "account" t2
  WHERE t2."id" = t1."parent_id" AND t2."deleted_at" IS NULL) x) AS "parent", (SELECT row_to_json(x)
  FROM (SELECT t3."name" AS "name", t3."email" AS "email"
  FROM "sys_user" t3
  WHERE t3."id" = t1."owner_id") x) AS "owner", (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t4."name" AS "name"
  FROM (SELECT t4.*
  FROM "account" t4
  WHERE t4."parent_id" = t1."id" AND t4."deleted_at" IS NULL
  ORDER BY t4."name", t4."id"
  LIMIT 2) t4) x) AS "nodes", (SELECT count(*)
  FROM "account" t4
  WHERE t4."parent_id" = t1."id" AND t4."deleted_at" IS NULL) AS "totalCount") x) AS "children", (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t5."email" AS "email", (SELECT row_to_json(x)
  FROM (SELECT t6."account_number" AS "accountNumber"
  FROM "account" t6
  WHERE t6."id" = t5."account_id" AND t6."deleted_at" IS NULL) x) AS "account"
  FROM (SELECT t5.*
  FROM "contact" t5
  WHERE t5."account_id" = t1."id" AND t5."deleted_at" IS NULL
  ORDER BY t5."email" DESC, t5."id" DESC
  LIMIT 1) t5) x) AS "nodes") x) AS "contacts"
  FROM "account" t1
  WHERE t1."account_number" = $1::text AND t1."deleted_at" IS NULL) x) AS "account") x)::text AS json;
