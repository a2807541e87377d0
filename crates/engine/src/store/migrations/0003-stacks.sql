-- Stacks, their generations, and jobs. Words are those of the API; what has parts is JSON.

-- What is wanted of a stack. Its files are in its directory, what runs is Podman's to say.
CREATE TABLE stacks (
    name       TEXT PRIMARY KEY,
    created    INTEGER NOT NULL,
    wanted     TEXT NOT NULL DEFAULT 'down' CHECK (wanted IN ('down', 'running', 'stopped')),
    was        TEXT NOT NULL DEFAULT 'down' CHECK (was IN ('down', 'running', 'stopped')),
    generation INTEGER,
    good       INTEGER,
    trouble    TEXT
) STRICT, WITHOUT ROWID;

-- What was deployed: enough to deploy it again.
CREATE TABLE generations (
    stack    TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    by       TEXT NOT NULL,
    good     INTEGER NOT NULL DEFAULT 0 CHECK (good IN (0, 1)),
    version  TEXT NOT NULL,
    compose  TEXT NOT NULL,
    env      TEXT NOT NULL,
    images   TEXT NOT NULL DEFAULT '{}',
    consents TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (stack, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    object   TEXT NOT NULL,
    by       TEXT NOT NULL,
    state    TEXT NOT NULL,
    told     TEXT NOT NULL,
    steps    TEXT NOT NULL DEFAULT '[]',
    error    TEXT,
    created  INTEGER NOT NULL,
    started  INTEGER,
    finished INTEGER
) STRICT;

CREATE TABLE job_lines (
    job    TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_state ON jobs (state);
