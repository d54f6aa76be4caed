-- What the bot tells moderators in their channel by itself, so that it says nothing twice.
CREATE TABLE notices (
    name TEXT PRIMARY KEY,
    -- When it may be said (again), in seconds since 1970.
    due_at BIGINT NOT NULL
);
