-- The connector's own table. It writes a row here now and then, so that its slot moves on while the shop's tables
-- are idle: a slot that stands still keeps the server's WAL for ever, and four databases share a server here.

CREATE TABLE IF NOT EXISTS heartbeat (
    id integer PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);
