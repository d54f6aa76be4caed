-- What became of the questions of each day: numbers only, without words and without members.
-- Each process has rows of its own and writes its totals, not what was added since: writing them
-- once more changes nothing.
CREATE TABLE counts (
    -- ISO 8601.
    day TEXT NOT NULL,
    -- Such as: answered, offered, unanswered.
    what TEXT NOT NULL,
    -- The answer; empty where there is none.
    entry TEXT NOT NULL,
    -- A random number for each start of a process.
    process BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (day, what, entry, process)
);
