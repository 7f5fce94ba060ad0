-- Deliveries that ended long ago are forgotten, with their attempts; what is still to be sent never is.

CREATE INDEX deliveries_by_completed_at ON deliveries (completed_at) WHERE completed_at IS NOT NULL;

-- Of tasks that ended before then the deliveries may be gone, so the books do not look for them.
CREATE TABLE forgotten_deliveries (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    before BIGINT NOT NULL
);

INSERT INTO forgotten_deliveries (id, before) VALUES (1, 0);
