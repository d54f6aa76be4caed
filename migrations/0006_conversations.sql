-- Where each conversation stands, so that every process understands a follow-up. No words, no member
-- and no channel: `place` is a hash of both with a key that is deleted when its day is over.
CREATE TABLE conversations (
    place TEXT PRIMARY KEY,
    -- The answer that was given last; none if the last question had none.
    entry TEXT,
    -- In milliseconds since 1970 (UTC). The row is deleted then.
    expires_at BIGINT NOT NULL
);
CREATE INDEX conversations_by_expiry ON conversations (expires_at);

CREATE TABLE conversation_keys (
    -- The day (UTC), ISO 8601.
    day TEXT PRIMARY KEY,
    -- 32 random bytes, hexadecimal.
    secret TEXT NOT NULL
);
