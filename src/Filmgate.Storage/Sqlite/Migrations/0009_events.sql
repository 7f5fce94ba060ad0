-- The events of accounts that listen to them, as their streams tell them. Of an account that nobody listens to nothing is written.

CREATE TABLE event_audiences (
    account_id  TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id),
    -- Events are kept until then, which is put off as long as somebody listens.
    until       INTEGER NOT NULL,
    -- Numbers are given in order and never twice, so that a listener who names one can be told all that came after it.
    last_number INTEGER NOT NULL CHECK (last_number >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    account_id TEXT    NOT NULL REFERENCES event_audiences (account_id),
    number     INTEGER NOT NULL CHECK (number > 0),
    id         TEXT    NOT NULL UNIQUE,
    type       TEXT    NOT NULL CHECK (type IN ('video.accepted', 'video.in_progress', 'video.completed', 'video.failed', 'endpoint.disabled')),
    body       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, number)
) STRICT;

CREATE INDEX events_by_created_at ON events (created_at);
