-- Accounts, sessions, tokens, audit. Times are milliseconds since the epoch, ids are UUIDs, hashes are SHA-256.

-- Marks the file as Stardeck's.
PRAGMA application_id = 1396992769;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'administrator')),
    password_hash TEXT NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created       INTEGER NOT NULL
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
CREATE INDEX sessions_by_user ON sessions (user);

-- The header halves of a session, one a browser tab.
CREATE TABLE session_headers (
    hash    BLOB PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_headers_by_session ON session_headers (session, created);

-- Browsers that have logged in before: a flood of wrong passwords does not lock their owner out.
CREATE TABLE devices (
    hash    BLOB PRIMARY KEY,
    user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (user, seen);

-- Second factors, one an account. The secret is sealed; unconfirmed, the factor is not in force. A step is 30 seconds
-- since the epoch: the code of a step that was used, or of one before it, is not taken again.
CREATE TABLE factors (
    user      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret    BLOB NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)),
    used_step INTEGER NOT NULL DEFAULT 0
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
CREATE INDEX tokens_by_user ON tokens (user);

-- What was done, by whom. The actor is kept as text: it outlives the account.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    peer   TEXT NOT NULL
) STRICT;

-- The replies to mutations that carried an idempotency key: a repeat gets the same reply and changes nothing.
CREATE TABLE replies (
    owner   TEXT NOT NULL,
    key     TEXT NOT NULL,
    request BLOB NOT NULL,
    status  INTEGER,
    body    BLOB,
    at      INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_by_age ON replies (at);
