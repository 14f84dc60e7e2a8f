-- The roles of an installation, for psql as a superuser in ATG's own, empty database: atg_owner makes and changes the tables
-- (`atg migrate --grant-to atg_service`), atg_service serves and can not change the audit trail. Passwords come from the
-- environment. PostgreSQL's image runs this file once, when its volume is empty.
\set ON_ERROR_STOP on
\getenv owner_password POSTGRES_OWNER_PASSWORD
\getenv service_password POSTGRES_SERVICE_PASSWORD
CREATE ROLE atg_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE atg_service LOGIN PASSWORD :'service_password';
SELECT format('ALTER DATABASE %I OWNER TO atg_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO atg_service', current_database()) \gexec
