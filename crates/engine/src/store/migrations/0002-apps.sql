-- Apps: what is to outlive the containers behind them. A slug is a host name's label; `door` is the port of ours that the
-- app is reached by where it has no host name of its own, absent until it is first needed.
CREATE TABLE apps (
    id       TEXT PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    stack    TEXT NOT NULL,
    service  TEXT NOT NULL,
    port     INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    detected INTEGER NOT NULL CHECK (detected IN (0, 1)),
    door     INTEGER UNIQUE CHECK (door BETWEEN 1 AND 65535),
    created  INTEGER NOT NULL,
    UNIQUE (stack, service, port)
) STRICT;

-- The cookies by which a browser that came from the desktop sees one app at one origin. They go with their session.
CREATE TABLE app_passes (
    hash    BLOB PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    app     TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    origin  TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX app_passes_by_session ON app_passes (session, app, origin, created);
