-- Passwords for registries, sealed.
CREATE TABLE registries (
    host     TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    secret   BLOB NOT NULL,
    created  INTEGER NOT NULL,
    by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What registries said of the images of a stack, for the generation that was asked about.
CREATE TABLE updates (
    stack      TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    checked    INTEGER NOT NULL,
    images     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
