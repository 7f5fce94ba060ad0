-- Times are milliseconds since 1970-01-01 UTC, money is micro-dollars, hashes of files are lower-case hex.
-- Every rule that the code holds about a single row stands here as a CHECK or UNIQUE as well, so that a fault in the
-- code is stopped before it becomes somebody's lost or doubled clip. Names of states are the words of the task API.

CREATE TABLE accounts (
    id                    TEXT    NOT NULL PRIMARY KEY,
    name                  TEXT    NOT NULL,
    spending_limit_micros INTEGER NOT NULL CHECK (spending_limit_micros >= 0),
    created_at            INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    REFERENCES accounts (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('live', 'test', 'admin')),
    name       TEXT    NOT NULL,
    prefix     TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CONSTRAINT only_admin_keys_have_no_account CHECK ((kind = 'admin') = (account_id IS NULL))
) STRICT;

CREATE INDEX api_keys_by_prefix ON api_keys (prefix) WHERE revoked_at IS NULL;

CREATE TABLE clips (
    id             TEXT    NOT NULL PRIMARY KEY,
    task_id        TEXT    NOT NULL UNIQUE REFERENCES tasks (id),
    sha256         TEXT    NOT NULL CHECK (length(sha256) = 64),
    length         INTEGER NOT NULL CHECK (length > 0),
    width          INTEGER NOT NULL CHECK (width > 0),
    height         INTEGER NOT NULL CHECK (height > 0),
    duration_ms    INTEGER NOT NULL CHECK (duration_ms > 0),
    frames         INTEGER NOT NULL CHECK (frames > 0),
    poster_sha256  TEXT    CHECK (length(poster_sha256) = 64),
    expires_at     INTEGER NOT NULL,
    deleted_at     INTEGER
) STRICT;

CREATE INDEX clips_by_expiry ON clips (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX clips_by_file ON clips (sha256) WHERE deleted_at IS NULL;
CREATE INDEX clips_by_poster ON clips (poster_sha256) WHERE deleted_at IS NULL;

CREATE TABLE tasks (
    id           TEXT    NOT NULL PRIMARY KEY,
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    key_id       TEXT    NOT NULL REFERENCES api_keys (id),
    is_test      INTEGER NOT NULL CHECK (is_test IN (0, 1)),
    dialect      TEXT    NOT NULL,
    request      TEXT    NOT NULL CHECK (json_valid(request)),
    callback_url TEXT,
    source       TEXT,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'processing', 'success', 'failed')),
    progress     INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 100),
    revision     INTEGER NOT NULL CHECK (revision >= 0),
    tries        INTEGER NOT NULL CHECK (tries >= 0),
    created_at   INTEGER NOT NULL,
    inputs_at    INTEGER,
    due_at       INTEGER,
    completed_at INTEGER,
    fail_code    TEXT,
    fail_message TEXT,
    clip_id      TEXT    REFERENCES clips (id),
    CONSTRAINT terminal_tasks_have_completed_at CHECK ((state IN ('success', 'failed')) = (completed_at IS NOT NULL)),
    CONSTRAINT open_tasks_have_due_at           CHECK ((state IN ('pending', 'processing')) = (due_at IS NOT NULL)),
    CONSTRAINT success_has_a_clip               CHECK ((state = 'success') = (clip_id IS NOT NULL)),
    CONSTRAINT failed_has_code_and_message      CHECK ((state = 'failed') = (fail_code IS NOT NULL AND fail_message IS NOT NULL)),
    CONSTRAINT processing_has_inputs            CHECK (state IN ('pending', 'failed') OR inputs_at IS NOT NULL)
) STRICT;

CREATE INDEX tasks_by_due_at ON tasks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_by_account ON tasks (account_id, id);

-- A row without facts is a picture that came with the request and is not checked yet.
CREATE TABLE inputs (
    task_id    TEXT    NOT NULL REFERENCES tasks (id),
    position   INTEGER NOT NULL CHECK (position >= 0),
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT,
    width      INTEGER CHECK (width > 0),
    height     INTEGER CHECK (height > 0),
    length     INTEGER CHECK (length > 0),
    deleted_at INTEGER,
    PRIMARY KEY (task_id, position),
    CONSTRAINT facts_come_together CHECK ((media_type IS NULL) = (width IS NULL) AND (width IS NULL) = (height IS NULL) AND (height IS NULL) = (length IS NULL))
) STRICT;

CREATE INDEX inputs_by_file ON inputs (sha256) WHERE deleted_at IS NULL;

CREATE TABLE attempts (
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
    fail_code     TEXT    CHECK (fail_code IS NULL OR state = 'failed'),
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

-- The rule about money in the database's own words: a task is at one provider at most, and one upstream job is one attempt.
CREATE UNIQUE INDEX attempts_one_open_per_task ON attempts (task_id) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE UNIQUE INDEX attempts_one_per_upstream_id ON attempts (provider, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_open_by_provider ON attempts (provider) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');

CREATE TABLE deliveries (
    id           TEXT    NOT NULL PRIMARY KEY,
    task_id      TEXT    NOT NULL REFERENCES tasks (id),
    url          TEXT    NOT NULL,
    body         BLOB    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts     INTEGER NOT NULL CHECK (attempts >= 0),
    created_at   INTEGER NOT NULL,
    due_at       INTEGER,
    completed_at INTEGER,
    UNIQUE (task_id, url),
    CONSTRAINT pending_deliveries_have_due_at CHECK ((state = 'pending') = (due_at IS NOT NULL)),
    CONSTRAINT final_deliveries_have_completed_at CHECK ((state = 'pending') = (completed_at IS NULL))
) STRICT;

CREATE INDEX deliveries_by_due_at ON deliveries (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery_id TEXT    NOT NULL REFERENCES deliveries (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    at          INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL CHECK (took_ms >= 0),
    status      INTEGER,
    error       TEXT,
    PRIMARY KEY (delivery_id, number)
) STRICT;
