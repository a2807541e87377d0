-- What an image was built of, by a hash, and the id of what came out.
CREATE TABLE builds (
    stack       TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
    image       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    id          TEXT NOT NULL,
    PRIMARY KEY (stack, image)
) STRICT, WITHOUT ROWID;
