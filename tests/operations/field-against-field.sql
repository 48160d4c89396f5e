SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "event" t1
  WHERE t1."starts_at" > t1."ends_at"
  HAVING true) x) AS "eventsAggregate") x)::text AS json;
