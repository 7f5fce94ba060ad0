-- Queues in front of providers, attempts that were given up, and charges that nobody could confirm. The attempts are written anew because
-- SQLite cannot change their constraints.

ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 9);
ALTER TABLE tasks ADD COLUMN waiting_for TEXT CHECK (waiting_for IS NULL OR due_at IS NOT NULL);
ALTER TABLE tasks ADD COLUMN waiting_since INTEGER CHECK ((waiting_since IS NULL) = (waiting_for IS NULL));

CREATE INDEX tasks_waiting_by_provider ON tasks (waiting_for) WHERE waiting_for IS NOT NULL;

CREATE TABLE new_attempts (
    id                 TEXT    NOT NULL PRIMARY KEY,
    task_id            TEXT    NOT NULL REFERENCES tasks (id),
    number             INTEGER NOT NULL CHECK (number > 0),
    provider           TEXT    NOT NULL,
    route_reason       TEXT,
    state              TEXT    NOT NULL CHECK (state IN ('prepared', 'sent', 'accepted', 'unknown', 'refused', 'completed', 'failed', 'abandoned')),
    upstream_id        TEXT,
    candidate_id       TEXT    CHECK (candidate_id IS NULL OR sent_at IS NOT NULL),
    clip_location      TEXT,
    cost_micros        INTEGER NOT NULL CHECK (cost_micros >= 0),
    unconfirmed_micros INTEGER NOT NULL DEFAULT 0 CHECK (unconfirmed_micros >= 0),
    refusal            TEXT,
    reason             TEXT,
    fail_code          TEXT    CHECK (fail_code IS NULL OR state IN ('refused', 'failed', 'abandoned')),
    prepared_at        INTEGER NOT NULL,
    sent_at            INTEGER,
    accepted_at        INTEGER,
    cancel_sent_at     INTEGER CHECK (cancel_sent_at IS NULL OR accepted_at IS NOT NULL),
    ended_at           INTEGER,
    unfetched_since    INTEGER CHECK (unfetched_since IS NULL OR state = 'completed'),
    resolved_at        INTEGER,
    UNIQUE (task_id, number),
    CONSTRAINT accepted_has_upstream_id CHECK (state NOT IN ('accepted', 'completed', 'failed') OR (upstream_id IS NOT NULL AND accepted_at IS NOT NULL)),
    CONSTRAINT only_prepared_is_unsent  CHECK (state IN ('prepared', 'refused') OR sent_at IS NOT NULL),
    CONSTRAINT refused_has_class        CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT completed_has_location   CHECK ((state = 'completed') = (clip_location IS NOT NULL)),
    CONSTRAINT ended_has_ended_at       CHECK ((state IN ('refused', 'completed', 'failed', 'abandoned')) = (ended_at IS NOT NULL)),
    CONSTRAINT only_ended_is_unconfirmed CHECK (unconfirmed_micros = 0 OR state IN ('refused', 'failed', 'abandoned')),
    CONSTRAINT resolved_is_confirmed    CHECK (resolved_at IS NULL OR unconfirmed_micros = 0)
) STRICT;

INSERT INTO new_attempts (id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason, fail_code,
                          prepared_at, sent_at, accepted_at, cancel_sent_at, ended_at)
SELECT id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason, fail_code,
       prepared_at, sent_at, accepted_at, cancel_sent_at, ended_at FROM attempts;

DROP TABLE attempts;
ALTER TABLE new_attempts RENAME TO attempts;

-- The rule about money in the database's own words: a task is at one provider at most, and one upstream job is one attempt.
CREATE UNIQUE INDEX attempts_one_open_per_task ON attempts (task_id) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE UNIQUE INDEX attempts_one_per_upstream_id ON attempts (provider, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_open_by_provider ON attempts (provider) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE INDEX attempts_unconfirmed ON attempts (ended_at) WHERE unconfirmed_micros > 0;

-- A hold may be renewed for an attempt that was given up, so that a second submission is covered, too.
ALTER TABLE ledger ADD COLUMN attempt_id TEXT REFERENCES attempts (id);
DROP INDEX ledger_one_hold_per_task;
CREATE UNIQUE INDEX ledger_one_hold_per_task ON ledger (task_id, COALESCE(attempt_id, '')) WHERE kind = 'hold';
