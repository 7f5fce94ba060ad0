-- Limits and budget of an account, and what it has in flight and has spent. The totals are kept with the rows that they sum up,
-- in the same transactions, so that an admission reads one row; `filmgate doctor` compares them with the rows.

ALTER TABLE accounts ADD COLUMN requests_per_minute INTEGER NOT NULL DEFAULT 10000 CHECK (requests_per_minute > 0);
ALTER TABLE accounts ADD COLUMN tasks_in_flight_max INTEGER NOT NULL DEFAULT 1000 CHECK (tasks_in_flight_max >= 0);
ALTER TABLE accounts ADD COLUMN day_limit_micros INTEGER CHECK (day_limit_micros >= 0);
ALTER TABLE accounts ADD COLUMN month_limit_micros INTEGER CHECK (month_limit_micros >= 0);
ALTER TABLE accounts ADD COLUMN tasks_in_flight INTEGER NOT NULL DEFAULT 0 CHECK (tasks_in_flight >= 0);
ALTER TABLE accounts ADD COLUMN held_micros INTEGER NOT NULL DEFAULT 0 CHECK (held_micros >= 0);
ALTER TABLE accounts ADD COLUMN settled_micros INTEGER NOT NULL DEFAULT 0 CHECK (settled_micros >= 0);

UPDATE accounts SET tasks_in_flight = (SELECT COUNT(*) FROM tasks WHERE account_id = accounts.id AND completed_at IS NULL);

ALTER TABLE tasks ADD COLUMN hold_micros INTEGER NOT NULL DEFAULT 0 CHECK (hold_micros >= 0 AND (is_test = 0 OR hold_micros = 0));
ALTER TABLE tasks ADD COLUMN metadata TEXT CHECK (metadata IS NULL OR json_valid(metadata));
ALTER TABLE tasks ADD COLUMN cancel_requested_at INTEGER;

-- Append-only. A hold is positive, a release gives it back whole, a settlement corrects it to what was charged; so the sum over an
-- account is what it has spent or may still spend on tasks in flight.
CREATE TABLE ledger (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id    TEXT    NOT NULL REFERENCES accounts (id),
    task_id       TEXT    NOT NULL REFERENCES tasks (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('hold', 'settle', 'release')),
    amount_micros INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    CONSTRAINT holds_are_positive      CHECK (kind <> 'hold' OR amount_micros > 0),
    CONSTRAINT releases_are_negative   CHECK (kind <> 'release' OR amount_micros < 0)
) STRICT;

CREATE UNIQUE INDEX ledger_one_hold_per_task ON ledger (task_id) WHERE kind = 'hold';
CREATE UNIQUE INDEX ledger_one_end_per_task ON ledger (task_id) WHERE kind IN ('settle', 'release');
CREATE INDEX ledger_by_account ON ledger (account_id, at);

CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Holds and settlements by the day on which the task was accepted (UTC, YYYY-MM-DD), which is the day whose budget they count against.
CREATE TABLE daily_spending (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    day        TEXT    NOT NULL CHECK (length(day) = 10),
    micros     INTEGER NOT NULL CHECK (micros >= 0),
    PRIMARY KEY (account_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    key         TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL CHECK (length(fingerprint) = 64),
    task_id     TEXT    NOT NULL REFERENCES tasks (id),
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN allowed_networks TEXT;

-- Append-only: who did what to accounts, keys and tasks.
CREATE TABLE audit_log (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    details TEXT    NOT NULL CHECK (json_valid(details))
) STRICT;

CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_never_deleted BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
