-- Roles, database and extensions of a new cluster. The passwords come from the environment and
-- reach the server as literals of these statements only, which are not logged.
SET log_statement = 'none';
SET log_min_duration_statement = -1;

\getenv app_user APP_USER
\getenv app_password APP_PASSWORD
\getenv app_database APP_DATABASE
\set exporter_password ''
\getenv exporter_password EXPORTER_PASSWORD

SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'app_user', :'app_password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'app_database', :'app_user') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'app_database') \gexec

-- The exporter sees statistics, never data. Without a password nobody needs it.
SELECT format('CREATE ROLE exporter LOGIN PASSWORD %L IN ROLE pg_monitor', :'exporter_password')
WHERE :'exporter_password' <> '' \gexec

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
\connect :"app_database"
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
