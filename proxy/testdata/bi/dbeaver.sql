# sent: extended rows=200
# DBeaver, by pgjdbc: its session, its tree, and the columns of a query before its rows.
SET extra_float_digits = 3

SET application_name = 'DBeaver 25.0.0 - Main'

SELECT current_schema(),session_user

SELECT n.oid,n.*,d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=n.oid AND d.objsubid=0 AND d.classoid='pg_namespace'::regclass ORDER BY nspname

SELECT c.oid,c.relname,c.relkind,d.description,pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr, pg_catalog.pg_get_partkeydef(c.oid) as partition_key FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass WHERE c.relnamespace='public'::regnamespace AND c.relkind not in ('i','I','c') ORDER BY c.relname

SELECT c.relname,a.*,pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value,dsc.description,dep.objid FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum) LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid) LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid WHERE NOT a.attisdropped AND c.relkind not in ('i','I','c') AND c.oid='mini'::regclass ORDER BY a.attnum

BEGIN

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)

SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) WHERE 1<>1

SELECT count(*) FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) dbvrcnt

SELECT x.* FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) x WHERE x.k = 'b' ORDER BY x.v DESC, x.t

COMMIT
