-- Public answers that the bot posted, so that they can be corrected: which message shows which answer
-- in which version, not who asked or what.
CREATE TABLE posts (
    message TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    entry TEXT NOT NULL,
    -- A hash of what the answer says.
    revision TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    -- The latest correction of the message, if there is one.
    correction BIGINT,
    -- posted; pending (the correction is still to be made); corrected; gone, refused or failed (it
    -- could not be made)
    state TEXT NOT NULL,
    -- When a process last began to correct it; 0 for never.
    claimed_at BIGINT NOT NULL
);
CREATE INDEX posts_by_entry ON posts (entry, revision);
CREATE INDEX posts_by_state ON posts (state, claimed_at);

CREATE TABLE corrections (
    id BIGINT PRIMARY KEY,
    entry TEXT NOT NULL,
    -- The heading of the answer.
    question TEXT NOT NULL,
    -- The version after the correction; none if the answer was withdrawn.
    revision TEXT,
    -- How many messages were to be corrected.
    messages BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
