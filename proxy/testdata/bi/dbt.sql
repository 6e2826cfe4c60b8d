# sent: simple
# dbt, by psycopg2: tables and incremental models, made beside the old ones and renamed.
BEGIN

/* {"app": "dbt", "dbt_version": "1.9.0", "profile_name": "shop", "target_name": "dev", "connection_name": "list_ours"} */
    select distinct nspname from pg_namespace where nspname not like 'pg_%' order by nspname

/* {"app": "dbt", "dbt_version": "1.9.0", "node_id": "model.shop.measures"} */
  create  table "ours"."public"."measures__dbt_tmp"
    as
  (
    with source as (select * from datamime_generate('mini', 't', ARRAY['k'], 'v', 400))
select t, k, v, lag(v) over (partition by k order by t) as before from source
  );

alter table "ours"."public"."measures__dbt_tmp" rename to "measures"

COMMIT

BEGIN

drop table if exists "ours"."public"."measures__dbt_backup" cascade

COMMIT

BEGIN

create temporary table "measures__dbt_tmp121011" as ( select t, k, v, 0 as before from datamime_generate('mini', 't', ARRAY['k'], 'v', 500) )

delete from "ours"."public"."measures" as DBT_INTERNAL_DEST where (k) in (select distinct k from "measures__dbt_tmp121011" as DBT_INTERNAL_SOURCE where k = 'a')

insert into "ours"."public"."measures" ("t", "k", "v", "before") ( select "t", "k", "v", "before" from "measures__dbt_tmp121011" where k = 'a' )

COMMIT

select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from ( select k from datamime_generate('mini', 't', ARRAY['k'], 'v', 500) where k is null ) dbt_internal_test

select k, count(*), sum(v) from measures group by k order by k

create view "ours"."public"."totals__dbt_tmp" as ( select k, sum(v) as v from measures group by k )

alter table "ours"."public"."totals__dbt_tmp" rename to "totals"

select * from totals order by k

drop table if exists "ours"."public"."measures" cascade

drop table "measures__dbt_tmp121011"
