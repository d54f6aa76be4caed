INSERT INTO watches (name, due_at, looked_at, state) VALUES ('docket', 1700086400, 1700000000, '{"known":{"dockets":[7],"newest_entry":70},"failures":0,"news":[]}');
