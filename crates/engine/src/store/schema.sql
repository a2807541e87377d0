CREATE TABLE app_icons (
    app    TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('own', 'app')),
    hash   BLOB NOT NULL,
    png    BLOB NOT NULL,
    PRIMARY KEY (app, source)
) STRICT;

CREATE TABLE app_passes (
    hash    BLOB PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    app     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    origin  TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE apps (
    id       TEXT PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    stack    TEXT NOT NULL,
    service  TEXT NOT NULL,
    port     INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    detected INTEGER NOT NULL CHECK (detected IN (0, 1)),
    door     INTEGER UNIQUE CHECK (door BETWEEN 1 AND 65535),
    created  INTEGER NOT NULL, settings TEXT NOT NULL DEFAULT '{}',
    UNIQUE (stack, service, port)
) STRICT;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    peer   TEXT NOT NULL
, outcome TEXT NOT NULL DEFAULT 'done', job TEXT) STRICT;

CREATE TABLE builds (
    stack       TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
    image       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    id          TEXT NOT NULL,
    PRIMARY KEY (stack, image)
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_entries (
    user  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    hash    BLOB PRIMARY KEY,
    user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE factors (
    user      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret    BLOB NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)),
    used_step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

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
    consents TEXT NOT NULL DEFAULT '[]', sealed BLOB,
    PRIMARY KEY (stack, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_lines (
    job    TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (job, number)
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

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registries (
    host     TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    secret   BLOB NOT NULL,
    created  INTEGER NOT NULL,
    by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE replies (
    owner   TEXT NOT NULL,
    key     TEXT NOT NULL,
    request BLOB NOT NULL,
    status  INTEGER,
    body    BLOB,
    at      INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_headers (
    hash    BLOB PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id          TEXT PRIMARY KEY,
    user        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    cookie_hash BLOB NOT NULL UNIQUE,
    agent       TEXT NOT NULL,
    peer        TEXT NOT NULL,
    created     INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    elevated    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stack_origins (
    stack  TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    found  TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE stacks (
    name       TEXT PRIMARY KEY,
    created    INTEGER NOT NULL,
    wanted     TEXT NOT NULL DEFAULT 'down' CHECK (wanted IN ('down', 'running', 'stopped')),
    was        TEXT NOT NULL DEFAULT 'down' CHECK (was IN ('down', 'running', 'stopped')),
    generation INTEGER,
    good       INTEGER,
    trouble    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL UNIQUE,
    label   TEXT NOT NULL,
    scope   TEXT NOT NULL CHECK (scope IN ('read', 'operate', 'administer')),
    created INTEGER NOT NULL,
    seen    INTEGER,
    expires INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE updates (
    stack      TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    checked    INTEGER NOT NULL,
    images     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'administrator')),
    password_hash TEXT NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX app_passes_by_session ON app_passes (session, app, origin, created);

CREATE INDEX audit_jobs ON audit (job) WHERE job IS NOT NULL;

CREATE INDEX devices_by_user ON devices (user, seen);

CREATE INDEX jobs_by_state ON jobs (state);

CREATE INDEX replies_by_age ON replies (at);

CREATE INDEX session_headers_by_session ON session_headers (session, created);

CREATE INDEX sessions_by_user ON sessions (user);

CREATE INDEX tokens_by_user ON tokens (user);
