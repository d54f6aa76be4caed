-- What moderators do at run time, laid over the files of the FAQ. A row is never changed except to
-- undo it, so the table is also the record of who did what and when.
-- Times are seconds since 1970 (UTC); days are ISO 8601.
CREATE TABLE amendments (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The id of an answer, or of a topic; for some kinds there is none.
    scope TEXT,
    -- A phrasing, a question, or the reason of a hold.
    words TEXT NOT NULL,
    -- The last day of a hold that ends by itself.
    until_day TEXT,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    undone_by TEXT,
    undone_at BIGINT
);

-- Questions that the bot could not answer well, without who asked, redacted.
CREATE TABLE questions (
    id BIGINT PRIMARY KEY,
    words TEXT NOT NULL,
    -- Why it is kept: unanswered, ambiguous, not-right.
    why TEXT NOT NULL,
    -- The answer that was called not right.
    entry TEXT,
    note TEXT,
    asked_at BIGINT NOT NULL
);
CREATE INDEX questions_by_age ON questions (asked_at);
