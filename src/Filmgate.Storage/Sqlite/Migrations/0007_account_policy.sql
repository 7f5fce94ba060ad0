-- Where an account's tasks may go. Names of providers stand with commas between them, which no name holds; NULL is for all of them.

ALTER TABLE accounts ADD COLUMN allowed_providers TEXT
    CHECK (allowed_providers <> '' AND allowed_providers NOT GLOB '*[^a-z0-9,-]*' AND ',' || allowed_providers || ',' NOT LIKE '%,,%');
ALTER TABLE accounts ADD COLUMN price_ceiling_micros INTEGER CHECK (price_ceiling_micros >= 0);
ALTER TABLE accounts ADD COLUMN fails_over_on_policy INTEGER NOT NULL DEFAULT 0 CHECK (fails_over_on_policy IN (0, 1));
-- Its share of a provider's slots while others wait for them, too.
ALTER TABLE accounts ADD COLUMN queue_weight INTEGER NOT NULL DEFAULT 1 CHECK (queue_weight BETWEEN 1 AND 100);
