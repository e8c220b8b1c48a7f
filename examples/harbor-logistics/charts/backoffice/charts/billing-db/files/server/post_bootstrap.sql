-- Roles, database and extensions of a new cluster. One that was restored has them: it gets the
-- passwords of today. They come from the environment and reach the server as literals of these
-- statements only, which are not logged.
SET log_statement = 'none';
SET log_min_duration_statement = -1;

\getenv app_user APP_USER
\getenv app_password APP_PASSWORD
\getenv app_database APP_DATABASE
\set exporter_password ''
\getenv exporter_password EXPORTER_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', :'app_user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'app_user') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'app_user', :'app_password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'app_database', :'app_user')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'app_database') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'app_database') \gexec

-- The exporter sees statistics, never data. Without a password nobody needs it.
SELECT 'CREATE ROLE exporter LOGIN IN ROLE pg_monitor' WHERE :'exporter_password' <> ''
AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exporter') \gexec
SELECT format('ALTER ROLE exporter PASSWORD %L', :'exporter_password')
WHERE :'exporter_password' <> '' \gexec

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
\connect :"app_database"
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
