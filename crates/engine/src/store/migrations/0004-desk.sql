-- What each person has on the desk: JSON values by key. It goes with the account.
CREATE TABLE desk_entries (
    user  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;
