SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT coalesce(json_agg(x), '[]'::json)
  FROM (SELECT t1."opportunity_number" AS "opportunityNumber", CASE t1."stage" WHEN 'prospecting' THEN 'PROSPECTING' WHEN 'qualification' THEN 'QUALIFICATION' WHEN 'proposal' THEN 'PROPOSAL' WHEN 'negotiation' THEN 'NEGOTIATION' WHEN 'closed_won' THEN 'CLOSED_WON' WHEN 'closed_lost' THEN 'CLOSED_LOST' END AS "stage", t1."amount"::text AS "amount", (SELECT row_to_json(x)
  FROM (SELECT t6."name" AS "name"
  FROM "account" t6
  WHERE t6."id" = t1."account_id" AND t6."deleted_at" IS NULL) x) AS "account"
  FROM (SELECT t1.*
  FROM "opportunity" t1
  LEFT JOIN "account" t5 ON t5."id" = t1."account_id" AND t5."deleted_at" IS NULL
  WHERE t1."deleted_at" IS NULL AND (t1."stage" = ANY($1::text[]) AND EXISTS (SELECT 1
  FROM "account" t2
  WHERE t2."id" = t1."account_id" AND t2."deleted_at" IS NULL AND ((t2."type" = $2::text AND EXISTS (SELECT 1
  FROM "contact" t3
  WHERE t3."account_id" = t2."id" AND t3."deleted_at" IS NULL AND (t3."email" LIKE $3::text))))) AND (EXISTS (SELECT 1
  FROM "sys_user" t4
  WHERE t4."id" = t1."owner_id" AND (t4."email" LIKE $4::text))) IS NOT TRUE)
  ORDER BY t5."name", t1."amount" DESC NULLS LAST, t1."id"
  LIMIT 4) t1) x) AS "nodes") x) AS "opportunities", (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "account" t7
  WHERE t7."deleted_at" IS NULL AND ((SELECT count(*)
  FROM "opportunity" t8
  WHERE t8."account_id" = t7."id" AND t8."deleted_at" IS NULL AND t8."stage" = $5::text) >= $6::int8 AND (SELECT sum(t9."amount")
  FROM "opportunity" t9
  WHERE t9."account_id" = t7."id" AND t9."deleted_at" IS NULL AND t9."stage" = $5::text) > $7::numeric)
  HAVING true) x) AS "busy") x)::text AS json;
