-- Operators and functions in public that stand in the way of those of pg_catalog: for each name that our SQL
-- uses, with each combination of argument types that occur. Postgres prefers one whose types fit exactly, in
-- whatever schema of the search path it is. Each that runs draws from a sequence, which no rollback takes back,
-- and fails.
SET search_path = pg_catalog, pg_temp;
CREATE SEQUENCE public.shadow_calls;
CREATE TEMP TABLE shadow_name AS SELECT unnest($names$ {names} $names$::text[]) AS name;
CREATE TEMP TABLE shadow_type AS SELECT unnest(ARRAY[
    'text', 'name', 'varchar', '"char"', 'int2', 'int4', 'int8', 'oid', 'regclass', 'float8', 'numeric', 'bool',
    'timestamptz', 'interval', 'json', 'uuid', 'bytea', 'bit', 'tid', 'xid',
    'text[]', 'int4[]', 'int8[]', 'bool[]', 'timestamptz[]']::regtype[]) AS type;
DO $do$
DECLARE
    kind  record;
    shape record;
    left_type regtype;
    right_type regtype;
BEGIN
    SET LOCAL check_function_bodies = off;
    SET LOCAL client_min_messages = warning;
    FOR left_type, right_type IN SELECT one.type, other.type FROM shadow_type AS one, shadow_type AS other LOOP
        FOR kind IN SELECT * FROM (VALUES ('compare', 'boolean'::regtype), ('compute', left_type)) AS kind (name, returns) LOOP
            EXECUTE format('CREATE FUNCTION public.shadow_%s(%s, %s) RETURNS %s LANGUAGE plpgsql ',
                           kind.name, left_type, right_type, kind.returns)
                || format($$AS 'BEGIN PERFORM pg_catalog.nextval(''public.shadow_calls''); RAISE EXCEPTION ''a shadow %s of %s and %s ran''; END'$$,
                          kind.name, left_type, right_type);
        END LOOP;
        FOR shape IN
            SELECT DISTINCT oprname, CASE WHEN oprresult = 'boolean'::regtype THEN 'compare' ELSE 'compute' END AS kind
              FROM pg_catalog.pg_operator
             WHERE oprname IN (SELECT name FROM shadow_name) AND oprname <> '=>'
        LOOP
            BEGIN
                EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.shadow_%s, LEFTARG = %s, RIGHTARG = %s)',
                               shape.oprname, shape.kind, left_type, right_type);
            EXCEPTION WHEN duplicate_function THEN NULL; -- An operator that compares here and computes there.
            END;
        END LOOP;
    END LOOP;
    -- Up to two arguments, each in all types where the original takes any, else in those that a literal or a number
    -- may be taken for; more arguments in fewer.
    FOR shape IN
        WITH RECURSIVE original AS (
            SELECT proname, prorettype, proretset, provariadic,
                   array_to_string(proargtypes, ' ') AS arguments,
                   string_to_array(array_to_string(proargtypes, ' '), ' ')::oid[] AS types
              FROM pg_catalog.pg_proc
             WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN (SELECT name FROM shadow_name)
               AND prokind <> 'p'
        ), called AS (
            -- A variadic one is called with one argument more, each time.
            SELECT proname, prorettype, proretset, types FROM original WHERE provariadic = 0
            UNION ALL
            SELECT proname, prorettype, proretset,
                   types[:cardinality(types) - 1] || array_fill('"any"'::regtype::oid, ARRAY[more])
              FROM original, generate_series(0, 6) AS more WHERE provariadic <> 0
        ), combined (proname, prorettype, proretset, types, chosen) AS (
            SELECT proname, prorettype, proretset, types, '{}'::regtype[] FROM called
            UNION ALL
            SELECT proname, prorettype, proretset, types, chosen || option.type
              FROM combined,
                   LATERAL (SELECT type
                              FROM shadow_type
                             WHERE CASE
                                   WHEN cardinality(types) <= 1 THEN true
                                   WHEN cardinality(types) = 2 AND (SELECT typtype FROM pg_catalog.pg_type WHERE oid = types[cardinality(chosen) + 1]) = 'p'
                                       THEN true
                                   WHEN cardinality(types) <= 3
                                       THEN type IN (types[cardinality(chosen) + 1], 'text'::regtype, 'varchar'::regtype, 'int4'::regtype, 'int8'::regtype, 'text[]'::regtype)
                                   WHEN cardinality(types) = 4 THEN type IN (types[cardinality(chosen) + 1], 'text'::regtype, 'int8'::regtype)
                                   ELSE type IN (CASE types[cardinality(chosen) + 1] WHEN '"any"'::regtype THEN 'text'::regtype ELSE types[cardinality(chosen) + 1] END, 'text'::regtype)
                                   END
                            UNION SELECT types[cardinality(chosen) + 1]::regtype
                             WHERE (SELECT typtype FROM pg_catalog.pg_type WHERE oid = types[cardinality(chosen) + 1]) <> 'p') AS option
             WHERE cardinality(chosen) < cardinality(types)
        )
        SELECT DISTINCT ON (proname, chosen) proname, chosen, proretset,
               CASE WHEN (SELECT typtype FROM pg_catalog.pg_type WHERE oid = prorettype) = 'p'
                    THEN CASE prorettype WHEN 'void'::regtype THEN 'void' ELSE coalesce(chosen[1], 'text'::regtype)::text END
                    ELSE prorettype::regtype::text END AS returns
          FROM combined WHERE cardinality(chosen) = cardinality(types)
    LOOP
        EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s %s LANGUAGE plpgsql ',
                       shape.proname, array_to_string(shape.chosen, ', '),
                       CASE WHEN shape.proretset THEN 'SETOF' ELSE '' END, shape.returns)
            || format($$AS 'BEGIN PERFORM pg_catalog.nextval(''public.shadow_calls''); RAISE EXCEPTION ''a shadow of %s(%s) ran''; END'$$,
                      shape.proname, array_to_string(shape.chosen, ', '));
    END LOOP;
END
$do$;
DROP TABLE shadow_name, shadow_type;
RESET search_path;
