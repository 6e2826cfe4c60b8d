# sent: extended rows=1000
# Spark, by pgjdbc: the columns of a query, then one partition after the other.
SELECT * FROM (SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200)) SPARK_GEN_SUBQ_0 WHERE 1=0

BEGIN

SELECT "t","k","v" FROM (SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200)) SPARK_GEN_SUBQ_0 WHERE "t" < '2024-01-04 00:00:00' or "t" is null

COMMIT

BEGIN

SELECT "t","k","v" FROM (SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200)) SPARK_GEN_SUBQ_0 WHERE "t" >= '2024-01-04 00:00:00' AND "t" < '2024-01-09 00:00:00'

COMMIT

BEGIN

SELECT "t","k","v" FROM (SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200)) SPARK_GEN_SUBQ_0 WHERE "t" >= '2024-01-09 00:00:00'

COMMIT

SELECT k,COUNT(*),MAX(v) FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200)) SPARK_GEN_SUBQ_0 WHERE ("v" IS NOT NULL) GROUP BY k ORDER BY k

SELECT 1 FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1200) LIMIT 1
