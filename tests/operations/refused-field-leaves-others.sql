SELECT (SELECT row_to_json(x)
  FROM (SELECT NULL AS "account", (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "industry" t2
  HAVING true) x) AS "industriesAggregate") x)::text AS json;
