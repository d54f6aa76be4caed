INSERT INTO counts (day, what, entry, process, total)
VALUES
    ('2023-11-14', 'answered', 'status/is-it-over', 1, 3),
    ('2023-11-14', 'answered', 'status/is-it-over', 2, 4);
