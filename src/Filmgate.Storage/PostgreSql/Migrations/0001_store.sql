-- Times are milliseconds since 1970-01-01 UTC, money is micro-dollars, hashes of files are lower-case hex, truth values are 0 and 1: the same
-- values as in SQLite, so that a store can be copied from there. Every rule that the code holds about a single row stands here as a CHECK or
-- UNIQUE as well. Texts are compared by their bytes, whatever the database's own order of words: ids are ordered, and pages go on behind one.

CREATE TABLE accounts (
    id                    TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    name                  TEXT   COLLATE "C" NOT NULL,
    spending_limit_micros BIGINT NOT NULL CHECK (spending_limit_micros >= 0),
    created_at            BIGINT NOT NULL,
    requests_per_minute   BIGINT NOT NULL DEFAULT 10000 CHECK (requests_per_minute > 0),
    tasks_in_flight_max   BIGINT NOT NULL DEFAULT 1000 CHECK (tasks_in_flight_max >= 0),
    day_limit_micros      BIGINT CHECK (day_limit_micros >= 0),
    month_limit_micros    BIGINT CHECK (month_limit_micros >= 0),
    tasks_in_flight       BIGINT NOT NULL DEFAULT 0 CHECK (tasks_in_flight >= 0),
    held_micros           BIGINT NOT NULL DEFAULT 0 CHECK (held_micros >= 0),
    settled_micros        BIGINT NOT NULL DEFAULT 0 CHECK (settled_micros >= 0),
    -- Names of providers with commas between them, which no name holds; NULL is for all of them.
    allowed_providers     TEXT   COLLATE "C" CHECK (allowed_providers <> '' AND allowed_providers !~ '[^a-z0-9,-]' AND ',' || allowed_providers || ',' NOT LIKE '%,,%'),
    price_ceiling_micros  BIGINT CHECK (price_ceiling_micros >= 0),
    fails_over_on_policy  BIGINT NOT NULL DEFAULT 0 CHECK (fails_over_on_policy IN (0, 1)),
    queue_weight          BIGINT NOT NULL DEFAULT 1 CHECK (queue_weight BETWEEN 1 AND 100)
);

CREATE TABLE api_keys (
    id               TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    account_id       TEXT   COLLATE "C" REFERENCES accounts (id),
    kind             TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('live', 'test', 'admin')),
    name             TEXT   COLLATE "C" NOT NULL,
    prefix           TEXT   COLLATE "C" NOT NULL,
    hash             BYTEA  NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at       BIGINT NOT NULL,
    revoked_at       BIGINT,
    last_used_at     BIGINT,
    expires_at       BIGINT,
    allowed_networks TEXT   COLLATE "C",
    CONSTRAINT only_admin_keys_have_no_account CHECK ((kind = 'admin') = (account_id IS NULL))
);

CREATE INDEX api_keys_by_prefix ON api_keys (prefix) WHERE revoked_at IS NULL;

CREATE TABLE tasks (
    id                  TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    account_id          TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_id              TEXT   COLLATE "C" NOT NULL REFERENCES api_keys (id),
    is_test             BIGINT NOT NULL CHECK (is_test IN (0, 1)),
    dialect             TEXT   COLLATE "C" NOT NULL,
    request             JSON   NOT NULL,
    callback_url        TEXT   COLLATE "C",
    source              TEXT   COLLATE "C",
    state               TEXT   COLLATE "C" NOT NULL CHECK (state IN ('pending', 'processing', 'success', 'failed')),
    progress            BIGINT NOT NULL CHECK (progress BETWEEN 0 AND 100),
    revision            BIGINT NOT NULL CHECK (revision >= 0),
    tries               BIGINT NOT NULL CHECK (tries >= 0),
    created_at          BIGINT NOT NULL,
    inputs_at           BIGINT,
    due_at              BIGINT,
    completed_at        BIGINT,
    fail_code           TEXT   COLLATE "C",
    fail_message        TEXT   COLLATE "C",
    clip_id             TEXT   COLLATE "C",
    hold_micros         BIGINT NOT NULL DEFAULT 0 CHECK (hold_micros >= 0 AND (is_test = 0 OR hold_micros = 0)),
    metadata            JSON,
    cancel_requested_at BIGINT,
    external_id         TEXT   COLLATE "C",
    notes               TEXT   COLLATE "C" CHECK (length(notes) <= 16384),
    -- A sum of 1 (accepted), 2 (started) and 4 (completed).
    callback_events     BIGINT NOT NULL DEFAULT 4 CHECK (callback_events BETWEEN 0 AND 7),
    deleted_at          BIGINT CHECK (deleted_at IS NULL OR completed_at IS NOT NULL),
    priority            BIGINT NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 9),
    waiting_for         TEXT   COLLATE "C" CHECK (waiting_for IS NULL OR due_at IS NOT NULL),
    waiting_since       BIGINT CHECK ((waiting_since IS NULL) = (waiting_for IS NULL)),
    CONSTRAINT terminal_tasks_have_completed_at CHECK ((state IN ('success', 'failed')) = (completed_at IS NOT NULL)),
    CONSTRAINT open_tasks_have_due_at           CHECK ((state IN ('pending', 'processing')) = (due_at IS NOT NULL)),
    CONSTRAINT success_has_a_clip               CHECK ((state = 'success') = (clip_id IS NOT NULL)),
    CONSTRAINT failed_has_code_and_message      CHECK ((state = 'failed') = (fail_code IS NOT NULL AND fail_message IS NOT NULL)),
    CONSTRAINT processing_has_inputs            CHECK (state IN ('pending', 'failed') OR inputs_at IS NOT NULL)
);

CREATE INDEX tasks_by_due_at ON tasks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_by_account ON tasks (account_id, id);
CREATE INDEX tasks_waiting_by_provider ON tasks (waiting_for) WHERE waiting_for IS NOT NULL;
CREATE UNIQUE INDEX tasks_one_per_external_id ON tasks (account_id, dialect, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE clips (
    id            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    task_id       TEXT   COLLATE "C" NOT NULL UNIQUE REFERENCES tasks (id),
    sha256        TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    length        BIGINT NOT NULL CHECK (length > 0),
    width         BIGINT NOT NULL CHECK (width > 0),
    height        BIGINT NOT NULL CHECK (height > 0),
    duration_ms   BIGINT NOT NULL CHECK (duration_ms > 0),
    frames        BIGINT NOT NULL CHECK (frames > 0),
    poster_sha256 TEXT   COLLATE "C" CHECK (length(poster_sha256) = 64),
    expires_at    BIGINT NOT NULL,
    deleted_at    BIGINT
);

CREATE INDEX clips_by_expiry ON clips (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX clips_by_file ON clips (sha256) WHERE deleted_at IS NULL;
CREATE INDEX clips_by_poster ON clips (poster_sha256) WHERE deleted_at IS NULL;

-- A task and its clip name each other. Whoever copies a whole store puts this rule off to the end of its transaction.
ALTER TABLE tasks ADD CONSTRAINT tasks_clip_id_fkey FOREIGN KEY (clip_id) REFERENCES clips (id) DEFERRABLE INITIALLY IMMEDIATE;

-- A row without facts is a picture that came with the request and is not checked yet.
CREATE TABLE inputs (
    task_id    TEXT   COLLATE "C" NOT NULL REFERENCES tasks (id),
    position   BIGINT NOT NULL CHECK (position >= 0),
    sha256     TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT   COLLATE "C",
    width      BIGINT CHECK (width > 0),
    height     BIGINT CHECK (height > 0),
    length     BIGINT CHECK (length > 0),
    deleted_at BIGINT,
    PRIMARY KEY (task_id, position),
    CONSTRAINT facts_come_together CHECK ((media_type IS NULL) = (width IS NULL) AND (width IS NULL) = (height IS NULL) AND (height IS NULL) = (length IS NULL))
);

CREATE INDEX inputs_by_file ON inputs (sha256) WHERE deleted_at IS NULL;
-- For the sweep, which must not read every task that there ever was to find the few whose pictures are still kept.
CREATE INDEX inputs_kept ON inputs (task_id) WHERE deleted_at IS NULL;

CREATE TABLE attempts (
    id                 TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    task_id            TEXT   COLLATE "C" NOT NULL REFERENCES tasks (id),
    number             BIGINT NOT NULL CHECK (number > 0),
    provider           TEXT   COLLATE "C" NOT NULL,
    route_reason       TEXT   COLLATE "C",
    state              TEXT   COLLATE "C" NOT NULL CHECK (state IN ('prepared', 'sent', 'accepted', 'unknown', 'refused', 'completed', 'failed', 'abandoned')),
    upstream_id        TEXT   COLLATE "C",
    candidate_id       TEXT   COLLATE "C" CHECK (candidate_id IS NULL OR sent_at IS NOT NULL),
    clip_location      TEXT   COLLATE "C",
    cost_micros        BIGINT NOT NULL CHECK (cost_micros >= 0),
    unconfirmed_micros BIGINT NOT NULL DEFAULT 0 CHECK (unconfirmed_micros >= 0),
    refusal            TEXT   COLLATE "C",
    reason             TEXT   COLLATE "C",
    fail_code          TEXT   COLLATE "C" CHECK (fail_code IS NULL OR state IN ('refused', 'failed', 'abandoned')),
    prepared_at        BIGINT NOT NULL,
    sent_at            BIGINT,
    accepted_at        BIGINT,
    cancel_sent_at     BIGINT CHECK (cancel_sent_at IS NULL OR accepted_at IS NOT NULL),
    ended_at           BIGINT,
    unfetched_since    BIGINT CHECK (unfetched_since IS NULL OR state = 'completed'),
    resolved_at        BIGINT,
    UNIQUE (task_id, number),
    CONSTRAINT accepted_has_upstream_id  CHECK (state NOT IN ('accepted', 'completed', 'failed') OR (upstream_id IS NOT NULL AND accepted_at IS NOT NULL)),
    CONSTRAINT only_prepared_is_unsent   CHECK (state IN ('prepared', 'refused') OR sent_at IS NOT NULL),
    CONSTRAINT refused_has_class         CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT completed_has_location    CHECK ((state = 'completed') = (clip_location IS NOT NULL)),
    CONSTRAINT ended_has_ended_at        CHECK ((state IN ('refused', 'completed', 'failed', 'abandoned')) = (ended_at IS NOT NULL)),
    CONSTRAINT only_ended_is_unconfirmed CHECK (unconfirmed_micros = 0 OR state IN ('refused', 'failed', 'abandoned')),
    CONSTRAINT resolved_is_confirmed     CHECK (resolved_at IS NULL OR unconfirmed_micros = 0)
);

-- The rule about money in the database's own words: a task is at one provider at most, and one upstream job is one attempt.
CREATE UNIQUE INDEX attempts_one_open_per_task ON attempts (task_id) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE UNIQUE INDEX attempts_one_per_upstream_id ON attempts (provider, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX attempts_open_by_provider ON attempts (provider) WHERE state IN ('prepared', 'sent', 'accepted', 'unknown');
CREATE INDEX attempts_unconfirmed ON attempts (ended_at) WHERE unconfirmed_micros > 0;

CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Append-only. A hold is positive, a release gives it back whole, a settlement corrects it to what was charged; so the sum over an
-- account is what it has spent or may still spend on tasks in flight. The numbers of one account rise in the order of its commits, because
-- its writes happen one after the other; those of two accounts need not.
CREATE TABLE ledger (
    id            BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    account_id    TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    task_id       TEXT   COLLATE "C" NOT NULL REFERENCES tasks (id),
    kind          TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('hold', 'settle', 'release')),
    amount_micros BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    attempt_id    TEXT   COLLATE "C" REFERENCES attempts (id),
    CONSTRAINT holds_are_positive    CHECK (kind <> 'hold' OR amount_micros > 0),
    CONSTRAINT releases_are_negative CHECK (kind <> 'release' OR amount_micros < 0)
);

CREATE UNIQUE INDEX ledger_one_hold_per_task ON ledger (task_id, COALESCE(attempt_id, '')) WHERE kind = 'hold';
CREATE UNIQUE INDEX ledger_one_end_per_task ON ledger (task_id) WHERE kind IN ('settle', 'release');
CREATE INDEX ledger_by_account ON ledger (account_id, id);
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Holds and settlements by the day on which the task was accepted (UTC, YYYY-MM-DD), which is the day whose budget they count against.
CREATE TABLE daily_spending (
    account_id TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    day        TEXT   COLLATE "C" NOT NULL CHECK (length(day) = 10),
    micros     BIGINT NOT NULL CHECK (micros >= 0),
    PRIMARY KEY (account_id, day)
);

CREATE TABLE idempotency_keys (
    account_id  TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    key         TEXT   COLLATE "C" NOT NULL,
    fingerprint TEXT   COLLATE "C" NOT NULL CHECK (length(fingerprint) = 64),
    task_id     TEXT   COLLATE "C" NOT NULL REFERENCES tasks (id),
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- Append-only: who did what to accounts, keys and tasks.
CREATE TABLE audit_log (
    id      BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT   COLLATE "C" NOT NULL,
    action  TEXT   COLLATE "C" NOT NULL,
    subject TEXT   COLLATE "C" NOT NULL,
    details JSON   NOT NULL
);

CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Pictures sent ahead of the tasks that will use them. The row goes when its time is over; the file stays as long as another row names it.
CREATE TABLE uploads (
    id         TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    sha256     TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT   COLLATE "C" NOT NULL,
    width      BIGINT NOT NULL CHECK (width > 0),
    height     BIGINT NOT NULL CHECK (height > 0),
    length     BIGINT NOT NULL CHECK (length > 0),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at)
);

CREATE INDEX uploads_by_account ON uploads (account_id);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
CREATE INDEX uploads_by_file ON uploads (sha256);

CREATE TABLE webhook_endpoints (
    id              TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    account_id      TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    number          BIGINT NOT NULL CHECK (number > 0),
    url             TEXT   COLLATE "C" NOT NULL,
    description     TEXT   COLLATE "C" CHECK (length(description) BETWEEN 1 AND 200),
    -- A sum of 1 (accepted), 2 (in progress), 4 (completed), 8 (failed) and 16 (an endpoint was disabled).
    events          BIGINT NOT NULL CHECK (events BETWEEN 1 AND 31),
    created_at      BIGINT NOT NULL,
    failing_since   BIGINT,
    last_failure_at BIGINT,
    last_success_at BIGINT,
    disabled_at     BIGINT,
    disabled_reason TEXT   COLLATE "C" CHECK (disabled_reason IN ('by_owner', 'gone', 'failing')),
    deleted_at      BIGINT,
    UNIQUE (account_id, number),
    CONSTRAINT disabled_endpoints_have_a_reason CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
    CONSTRAINT failing_endpoints_have_failed    CHECK (failing_since IS NULL OR last_failure_at >= failing_since)
);

-- Which secrets sign, and how long; the secrets themselves are derived and stand nowhere.
CREATE TABLE webhook_secrets (
    endpoint_id TEXT   COLLATE "C" NOT NULL REFERENCES webhook_endpoints (id),
    number      BIGINT NOT NULL CHECK (number > 0),
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT,
    PRIMARY KEY (endpoint_id, number)
);

CREATE UNIQUE INDEX webhook_secrets_one_newest ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;

CREATE TABLE deliveries (
    id           TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    event_id     TEXT   COLLATE "C" NOT NULL,
    account_id   TEXT   COLLATE "C" NOT NULL REFERENCES accounts (id),
    task_id      TEXT   COLLATE "C" REFERENCES tasks (id),
    endpoint_id  TEXT   COLLATE "C" REFERENCES webhook_endpoints (id),
    url          TEXT   COLLATE "C",
    destination  TEXT   COLLATE "C" NOT NULL,
    event        TEXT   COLLATE "C" NOT NULL,
    body         BYTEA  NOT NULL,
    state        TEXT   COLLATE "C" NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'missed', 'canceled')),
    attempts     BIGINT NOT NULL CHECK (attempts >= 0),
    tries        BIGINT NOT NULL CHECK (tries BETWEEN 0 AND attempts),
    cause        TEXT   COLLATE "C" NOT NULL CHECK (cause IN ('event', 'resend', 'replay')),
    created_at   BIGINT NOT NULL,
    due_at       BIGINT,
    completed_at BIGINT,
    CONSTRAINT pending_deliveries_have_due_at     CHECK ((state = 'pending') = (due_at IS NOT NULL)),
    CONSTRAINT final_deliveries_have_completed_at CHECK ((state = 'pending') = (completed_at IS NULL)),
    CONSTRAINT callbacks_have_a_task_and_a_url    CHECK (endpoint_id IS NOT NULL OR (task_id IS NOT NULL AND url IS NOT NULL)),
    CONSTRAINT endpoints_have_the_url             CHECK (endpoint_id IS NULL OR (url IS NULL AND destination = endpoint_id)),
    CONSTRAINT events_are_known                   CHECK (CASE WHEN endpoint_id IS NULL
        THEN event IN ('accepted', 'started', 'completed')
        ELSE event IN ('video.accepted', 'video.in_progress', 'video.completed', 'video.failed', 'endpoint.disabled', 'test.ping') END)
);

CREATE UNIQUE INDEX deliveries_one_per_callback ON deliveries (task_id, url, event) WHERE endpoint_id IS NULL;
CREATE UNIQUE INDEX deliveries_one_per_endpoint ON deliveries (task_id, endpoint_id, event) WHERE task_id IS NOT NULL AND endpoint_id IS NOT NULL;
CREATE INDEX deliveries_by_destination ON deliveries (destination, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_account ON deliveries (account_id, id);
CREATE INDEX deliveries_by_task ON deliveries (task_id, id) WHERE task_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    delivery_id TEXT   COLLATE "C" NOT NULL REFERENCES deliveries (id),
    number      BIGINT NOT NULL CHECK (number > 0),
    at          BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL CHECK (took_ms >= 0),
    status      BIGINT,
    error       TEXT   COLLATE "C",
    cause       TEXT   COLLATE "C" NOT NULL CHECK (cause IN ('event', 'resend', 'replay')),
    answer      TEXT   COLLATE "C" CHECK (length(answer) <= 1024),
    PRIMARY KEY (delivery_id, number)
);

-- One row for each destination with something to send, and when its next delivery is due: what is due is found without a look at every row
-- that waits. A destination is one account's, so its row is written under that account's lock.
CREATE TABLE destinations (
    name   TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL
);

CREATE INDEX destinations_by_due_at ON destinations (due_at);

-- Once for a statement and not for each row: a dead endpoint that is deleted takes ten thousand deliveries with it.
CREATE FUNCTION destinations_follow_new_deliveries() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO destinations (name, due_at)
    SELECT destination, MIN(due_at) FROM added WHERE due_at IS NOT NULL GROUP BY destination ORDER BY destination
    ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < destinations.due_at;
    RETURN NULL;
END $$;

CREATE FUNCTION destinations_follow_deliveries() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    WITH touched AS (
        SELECT DISTINCT n.destination FROM changed n JOIN present o ON o.id = n.id WHERE n.due_at IS DISTINCT FROM o.due_at
    ), next AS (
        SELECT t.destination, (SELECT MIN(d.due_at) FROM deliveries d WHERE d.destination = t.destination AND d.due_at IS NOT NULL) AS due_at FROM touched t
    ), gone AS (
        DELETE FROM destinations x USING next n WHERE x.name = n.destination AND n.due_at IS NULL
    )
    INSERT INTO destinations (name, due_at) SELECT destination, due_at FROM next WHERE due_at IS NOT NULL ORDER BY destination
    ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at <> destinations.due_at;
    RETURN NULL;
END $$;

CREATE TRIGGER destinations_follow_new_deliveries AFTER INSERT ON deliveries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION destinations_follow_new_deliveries();
CREATE TRIGGER destinations_follow_deliveries AFTER UPDATE ON deliveries
    REFERENCING OLD TABLE AS present NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION destinations_follow_deliveries();

-- The events of accounts that listen to them, as their streams tell them. Of an account that nobody listens to nothing is written.
CREATE TABLE event_audiences (
    account_id  TEXT   COLLATE "C" NOT NULL PRIMARY KEY REFERENCES accounts (id),
    -- Events are kept until then, which is put off as long as somebody listens.
    until       BIGINT NOT NULL,
    -- Numbers are given in order and never twice, so that a listener who names one can be told all that came after it.
    last_number BIGINT NOT NULL CHECK (last_number >= 0)
);

CREATE TABLE events (
    account_id TEXT   COLLATE "C" NOT NULL REFERENCES event_audiences (account_id),
    number     BIGINT NOT NULL CHECK (number > 0),
    id         TEXT   COLLATE "C" NOT NULL UNIQUE,
    type       TEXT   COLLATE "C" NOT NULL CHECK (type IN ('video.accepted', 'video.in_progress', 'video.completed', 'video.failed', 'endpoint.disabled')),
    body       BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, number)
);

CREATE INDEX events_by_created_at ON events (created_at);

-- The last batch of writes that each writer committed, written with the batch itself: a writer whose line broke during a commit finds here
-- whether its batch is in this database, wherever this database now runs.
CREATE TABLE writers (
    id      TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    batch   BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- The number of the newest migration that a node has to know to be let in. A migration that older nodes cannot live with raises it; every
-- other one leaves it alone, and older nodes go on.
CREATE TABLE store_compatibility (
    id            BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    least_version BIGINT NOT NULL CHECK (least_version > 0)
);

INSERT INTO store_compatibility (id, least_version) VALUES (1, 1);
