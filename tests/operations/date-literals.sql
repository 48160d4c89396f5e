SELECT (SELECT row_to_json(x)
  FROM (SELECT (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "task" t1
  WHERE t1."deleted_at" IS NULL AND (t1."due_date" >= $1::date AND t1."due_date" < $2::date)
  HAVING true) x) AS "tasksAggregate", (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "task" t2
  WHERE t2."deleted_at" IS NULL AND t2."due_date" < $3::date
  HAVING true) x) AS "never", (SELECT row_to_json(x)
  FROM (SELECT count(*) AS "count"
  FROM "task" t3
  WHERE t3."deleted_at" IS NULL AND ((t3."created_at" >= $4::timestamptz AND t3."created_at" < $5::timestamptz) AND t3."updated_at" <= $6::timestamptz)
  HAVING true) x) AS "recent") x)::text AS json;
