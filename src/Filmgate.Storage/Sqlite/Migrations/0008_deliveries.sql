-- Webhook endpoints of accounts, a queue for each destination, and a log of what was answered. Two tables are written anew because SQLite
-- cannot change their constraints.

CREATE TABLE webhook_endpoints (
    id              TEXT    NOT NULL PRIMARY KEY,
    account_id      TEXT    NOT NULL REFERENCES accounts (id),
    number          INTEGER NOT NULL CHECK (number > 0),
    url             TEXT    NOT NULL,
    description     TEXT    CHECK (length(description) BETWEEN 1 AND 200),
    -- A sum of 1 (accepted), 2 (in progress), 4 (completed), 8 (failed) and 16 (an endpoint was disabled).
    events          INTEGER NOT NULL CHECK (events BETWEEN 1 AND 31),
    created_at      INTEGER NOT NULL,
    failing_since   INTEGER,
    last_failure_at INTEGER,
    last_success_at INTEGER,
    disabled_at     INTEGER,
    disabled_reason TEXT    CHECK (disabled_reason IN ('by_owner', 'gone', 'failing')),
    deleted_at      INTEGER,
    UNIQUE (account_id, number),
    CONSTRAINT disabled_endpoints_have_a_reason CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
    CONSTRAINT failing_endpoints_have_failed    CHECK (failing_since IS NULL OR last_failure_at >= failing_since)
) STRICT;

-- Which secrets sign, and how long; the secrets themselves are derived and stand nowhere.
CREATE TABLE webhook_secrets (
    endpoint_id TEXT    NOT NULL REFERENCES webhook_endpoints (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (endpoint_id, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX webhook_secrets_one_newest ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;

CREATE TABLE new_deliveries (
    id           TEXT    NOT NULL PRIMARY KEY,
    event_id     TEXT    NOT NULL,
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    task_id      TEXT    REFERENCES tasks (id),
    endpoint_id  TEXT    REFERENCES webhook_endpoints (id),
    url          TEXT,
    destination  TEXT    NOT NULL,
    event        TEXT    NOT NULL,
    body         BLOB    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'missed', 'canceled')),
    attempts     INTEGER NOT NULL CHECK (attempts >= 0),
    tries        INTEGER NOT NULL CHECK (tries BETWEEN 0 AND attempts),
    cause        TEXT    NOT NULL CHECK (cause IN ('event', 'resend', 'replay')),
    created_at   INTEGER NOT NULL,
    due_at       INTEGER,
    completed_at INTEGER,
    CONSTRAINT pending_deliveries_have_due_at     CHECK ((state = 'pending') = (due_at IS NOT NULL)),
    CONSTRAINT final_deliveries_have_completed_at CHECK ((state = 'pending') = (completed_at IS NULL)),
    CONSTRAINT callbacks_have_a_task_and_a_url    CHECK (endpoint_id IS NOT NULL OR (task_id IS NOT NULL AND url IS NOT NULL)),
    CONSTRAINT endpoints_have_the_url             CHECK (endpoint_id IS NULL OR (url IS NULL AND destination = endpoint_id)),
    CONSTRAINT events_are_known                   CHECK (CASE WHEN endpoint_id IS NULL
        THEN event IN ('accepted', 'started', 'completed')
        ELSE event IN ('video.accepted', 'video.in_progress', 'video.completed', 'video.failed', 'endpoint.disabled', 'test.ping') END)
) STRICT;

-- The destination of a callback is its account and the server in its URL.
INSERT INTO new_deliveries (id, event_id, account_id, task_id, url, destination, event, body, state, attempts, tries, cause, created_at, due_at, completed_at)
SELECT d.id, d.id, t.account_id, d.task_id, d.url,
       t.account_id || '|' || substr(d.url, 1, instr(d.url, '://') + 1 + instr(replace(substr(d.url, instr(d.url, '://') + 3), '?', '/') || '/', '/')),
       d.event, d.body, d.state, d.attempts, d.attempts, 'event', d.created_at, d.due_at, d.completed_at
FROM deliveries d JOIN tasks t ON t.id = d.task_id;

CREATE TABLE new_delivery_attempts (
    delivery_id TEXT    NOT NULL REFERENCES new_deliveries (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    at          INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL CHECK (took_ms >= 0),
    status      INTEGER,
    error       TEXT,
    cause       TEXT    NOT NULL CHECK (cause IN ('event', 'resend', 'replay')),
    answer      TEXT    CHECK (length(answer) <= 1024),
    PRIMARY KEY (delivery_id, number)
) STRICT;

INSERT INTO new_delivery_attempts (delivery_id, number, at, took_ms, status, error, cause)
SELECT delivery_id, number, at, took_ms, status, error, 'event' FROM delivery_attempts;

DROP TABLE delivery_attempts;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
ALTER TABLE new_delivery_attempts RENAME TO delivery_attempts;

CREATE UNIQUE INDEX deliveries_one_per_callback ON deliveries (task_id, url, event) WHERE endpoint_id IS NULL;
CREATE UNIQUE INDEX deliveries_one_per_endpoint ON deliveries (task_id, endpoint_id, event) WHERE task_id IS NOT NULL AND endpoint_id IS NOT NULL;
CREATE INDEX deliveries_by_destination ON deliveries (destination, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_account ON deliveries (account_id, id);
CREATE INDEX deliveries_by_task ON deliveries (task_id, id) WHERE task_id IS NOT NULL;

-- One row for each destination with something to send, and when its next delivery is due: what is due is found without a look at every row
-- that waits, be there ten thousand for a receiver that is down.
CREATE TABLE destinations (
    name   TEXT    NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX destinations_by_due_at ON destinations (due_at);

INSERT INTO destinations (name, due_at) SELECT destination, MIN(due_at) FROM deliveries WHERE due_at IS NOT NULL GROUP BY destination;

CREATE TRIGGER destinations_follow_new_deliveries AFTER INSERT ON deliveries WHEN NEW.due_at IS NOT NULL BEGIN
    INSERT INTO destinations (name, due_at) VALUES (NEW.destination, NEW.due_at)
    ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < due_at;
END;

CREATE TRIGGER destinations_follow_deliveries AFTER UPDATE OF due_at ON deliveries WHEN OLD.due_at IS NOT NEW.due_at BEGIN
    DELETE FROM destinations WHERE name = NEW.destination;
    INSERT INTO destinations (name, due_at)
    SELECT destination, due_at FROM deliveries WHERE destination = NEW.destination AND due_at IS NOT NULL ORDER BY due_at LIMIT 1;
END;
