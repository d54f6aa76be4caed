INSERT INTO notices (name, due_at) VALUES ('status', 1700000000);
