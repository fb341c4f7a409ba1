-- --8<-- [start:schema]
-- psql "$SCANS_DATABASE_URL" -f schema.sql, before each start: it changes nothing twice.
CREATE TABLE IF NOT EXISTS scans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL,
    at timestamptz NOT NULL,
    place text NOT NULL,
    scanner text NOT NULL,
    UNIQUE (number, at)
);
-- --8<-- [end:schema]
