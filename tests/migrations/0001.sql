INSERT INTO amendments (id, kind, scope, words, until_day, made_by, made_at, undone_by, undone_at)
VALUES
    (1, 'phrasing', 'status/is-it-over', 'is it, like, over??', NULL, '77', 1700000000, NULL, NULL),
    (2, 'elsewhere', NULL, 'can i claim for the “pumpkins” 🎃', NULL, '77', 1700000001, '78', 1700000009),
    (3, 'hold', 'money/will-i-be-paid', 'don''t know; ask', '2027-02-28', '78', 1700000002, NULL, NULL),
    (4, 'hold-topic', 'money', 'new facts', NULL, '78', 1700000003, NULL, NULL),
    (5, 'hold-everything', NULL, 'new facts', NULL, '78', 1700000004, NULL, NULL);

INSERT INTO questions (id, words, why, entry, note, asked_at)
VALUES
    (9223372036854775807, 'zorgle flim', 'unanswered', NULL, NULL, 1700000000),
    (1, 'which one', 'ambiguous', NULL, NULL, 1700000001),
    (2, 'is it over', 'not-right', 'status/is-it-over', 'it''s old', 1700000002);
