-- What people set for apps, as the JSON of the API, and pictures of apps: one that somebody has sent (`own`), and one that
-- the app itself shows (`app`). Pictures are PNG that we have drawn anew; the hash is of that.
ALTER TABLE apps ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE TABLE app_icons (
    app    TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('own', 'app')),
    hash   BLOB NOT NULL,
    png    BLOB NOT NULL,
    PRIMARY KEY (app, source)
) STRICT;
