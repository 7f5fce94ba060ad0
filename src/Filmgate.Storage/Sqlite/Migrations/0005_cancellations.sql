-- When a provider was asked to stop an attempt. Written before it is asked, so that no crash makes us ask twice.

ALTER TABLE attempts ADD COLUMN cancel_sent_at INTEGER CHECK (cancel_sent_at IS NULL OR accepted_at IS NOT NULL);
