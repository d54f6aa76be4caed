-- What members think of answers. Nobody can tell who voted: `voter` is a hash with a key that is
-- deleted at the end of the month.
CREATE TABLE votes (
    entry TEXT NOT NULL,
    voter TEXT NOT NULL,
    -- helpful, not-right
    vote TEXT NOT NULL,
    -- The day (UTC), ISO 8601.
    voted_on TEXT NOT NULL,
    PRIMARY KEY (entry, voter)
);

CREATE TABLE vote_keys (
    -- 2026-11
    month TEXT PRIMARY KEY,
    -- 32 random bytes, hexadecimal.
    secret TEXT NOT NULL
);
