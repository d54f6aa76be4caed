INSERT INTO corrections (id, entry, question, revision, messages, made_by, made_at)
VALUES (1, 'status/is-it-over', 'Is the case over?', 'new', 1, '77', 1700000100);

INSERT INTO posts (message, channel, entry, revision, posted_at, correction, state, claimed_at)
VALUES
    ('18446744073709551614', '10', 'status/is-it-over', 'new', 1700000000, 1, 'corrected', 1700000101),
    ('4001', '10', 'money/will-i-be-paid', 'old', 1700000050, NULL, 'posted', 0);
