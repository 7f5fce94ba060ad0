-- What surfaces beside the task API need of a task: an id of the caller's own, what the surface remembers of the request, which events
-- its callback tells, and an end to being seen. Two tables are written anew because SQLite cannot change their constraints.

ALTER TABLE tasks ADD COLUMN external_id TEXT;
ALTER TABLE tasks ADD COLUMN notes TEXT CHECK (length(notes) <= 16384);
-- A sum of 1 (accepted), 2 (started) and 4 (completed).
ALTER TABLE tasks ADD COLUMN callback_events INTEGER NOT NULL DEFAULT 4 CHECK (callback_events BETWEEN 0 AND 7);
ALTER TABLE tasks ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR completed_at IS NOT NULL);

CREATE UNIQUE INDEX tasks_one_per_external_id ON tasks (account_id, dialect, external_id) WHERE external_id IS NOT NULL;

-- A task may tell the same receiver of several events, of each once.
CREATE TABLE new_deliveries (
    id           TEXT    NOT NULL PRIMARY KEY,
    task_id      TEXT    NOT NULL REFERENCES tasks (id),
    url          TEXT    NOT NULL,
    event        TEXT    NOT NULL CHECK (event IN ('accepted', 'started', 'completed')),
    body         BLOB    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts     INTEGER NOT NULL CHECK (attempts >= 0),
    created_at   INTEGER NOT NULL,
    due_at       INTEGER,
    completed_at INTEGER,
    UNIQUE (task_id, url, event),
    CONSTRAINT pending_deliveries_have_due_at CHECK ((state = 'pending') = (due_at IS NOT NULL)),
    CONSTRAINT final_deliveries_have_completed_at CHECK ((state = 'pending') = (completed_at IS NULL))
) STRICT;

INSERT INTO new_deliveries (id, task_id, url, event, body, state, attempts, created_at, due_at, completed_at)
SELECT id, task_id, url, 'completed', body, state, attempts, created_at, due_at, completed_at FROM deliveries;

CREATE TABLE new_delivery_attempts (
    delivery_id TEXT    NOT NULL REFERENCES new_deliveries (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    at          INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL CHECK (took_ms >= 0),
    status      INTEGER,
    error       TEXT,
    PRIMARY KEY (delivery_id, number)
) STRICT;

INSERT INTO new_delivery_attempts (delivery_id, number, at, took_ms, status, error)
SELECT delivery_id, number, at, took_ms, status, error FROM delivery_attempts;

DROP TABLE delivery_attempts;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
ALTER TABLE new_delivery_attempts RENAME TO delivery_attempts;

CREATE INDEX deliveries_by_due_at ON deliveries (due_at) WHERE due_at IS NOT NULL;

-- A refusal may bring a code of the vocabulary along.
CREATE TABLE new_attempts (
    id            TEXT    NOT NULL PRIMARY KEY,
    task_id       TEXT    NOT NULL REFERENCES tasks (id),
    number        INTEGER NOT NULL CHECK (number > 0),
    provider      TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('prepared', 'sent', 'accepted', 'unknown', 'refused', 'completed', 'failed')),
    upstream_id   TEXT,
    clip_location TEXT,
    cost_micros   INTEGER NOT NULL CHECK (cost_micros >= 0),
    refusal       TEXT,
    reason        TEXT,
    fail_code     TEXT    CHECK (fail_code IS NULL OR state IN ('refused', 'failed')),
    prepared_at   INTEGER NOT NULL,
    sent_at       INTEGER,
    accepted_at   INTEGER,
    ended_at      INTEGER,
    UNIQUE (task_id, number),
    CONSTRAINT accepted_has_upstream_id CHECK (state NOT IN ('accepted', 'completed', 'failed') OR (upstream_id IS NOT NULL AND accepted_at IS NOT NULL)),
    CONSTRAINT only_prepared_is_unsent  CHECK (state IN ('prepared', 'refused') OR sent_at IS NOT NULL),
    CONSTRAINT refused_has_class        CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT completed_has_location   CHECK ((state = 'completed') = (clip_location IS NOT NULL)),
    CONSTRAINT ended_has_ended_at       CHECK ((state IN ('refused', 'completed', 'failed')) = (ended_at IS NOT NULL))
) STRICT;

INSERT INTO new_attempts (id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason, fail_code,
                          prepared_at, sent_at, accepted_at, ended_at)
SELECT id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason, fail_code,
       prepared_at, sent_at, accepted_at, ended_at FROM attempts;

DROP TABLE attempts;
ALTER TABLE new_attempts RENAME TO attempts;

CREATE UNIQUE INDEX attempts_one_open_per_task ON attempts (task_id) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE UNIQUE INDEX attempts_one_per_upstream_id ON attempts (provider, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_open_by_provider ON attempts (provider) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
