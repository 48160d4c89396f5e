SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT t1."account_number" AS "accountNumber", 'Account' AS "__typename"
  FROM "account" t1
  WHERE t1."account_number" = $1::text AND t1."deleted_at" IS NULL) x) AS "first", (SELECT row_to_json(x)
  FROM (SELECT t2."account_number" AS "accountNumber", 'Account' AS "__typename"
  FROM "account" t2
  WHERE t2."account_number" = $2::text AND t2."deleted_at" IS NULL) x) AS "second") x)::text AS json;
