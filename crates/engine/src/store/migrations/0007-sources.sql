-- Where the files of a stack came from, as the API says it, and the commit that they were of.
CREATE TABLE stack_origins (
    stack  TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    found  TEXT
) STRICT, WITHOUT ROWID;

-- What was in `.env`, and the files that the compose file named: sealed. `env` is empty where this is there.
ALTER TABLE generations ADD COLUMN sealed BLOB;
