-- What the bot looks at outside (the docket, the addresses of the sources), when it looks again, and what
-- it has seen.
CREATE TABLE watches (
    name TEXT PRIMARY KEY,
    -- When a process may look (again), in seconds since 1970.
    due_at BIGINT NOT NULL,
    -- The last look that succeeded; 0 if there is none.
    looked_at BIGINT NOT NULL,
    -- JSON.
    state TEXT NOT NULL
);
