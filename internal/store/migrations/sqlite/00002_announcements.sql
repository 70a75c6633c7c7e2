-- What the station tells of its receptions: messages to the township's webhook, and calendars that phones subscribe to.
-- Nothing here is of a resident.

-- +goose Up

CREATE TABLE deliveries (
    event_id       TEXT    NOT NULL PRIMARY KEY,
    reception_uid  TEXT    NOT NULL,
    revision       INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    -- The reception's day, and all that is told of it, as JSON.
    day            TEXT    NOT NULL,
    reception      TEXT    NOT NULL,
    text           TEXT    NOT NULL,
    begins_at      BIGINT  NOT NULL,
    state          TEXT    NOT NULL,
    attempts       INTEGER NOT NULL,
    doubtful       BOOLEAN NOT NULL,
    problem        TEXT    NOT NULL,
    problem_number INTEGER NOT NULL,
    recorded_at    BIGINT  NOT NULL,
    attempted_at   BIGINT,
    settled_at     BIGINT,
    retry_at       BIGINT,
    UNIQUE (reception_uid, revision)
);
CREATE INDEX deliveries_by_day ON deliveries (day, recorded_at, event_id);

-- The token is found by its hash and can be read back with the data key alone.
CREATE TABLE feeds (
    id         TEXT   NOT NULL PRIMARY KEY,
    token_hash BLOB   NOT NULL UNIQUE,
    key_id     TEXT   NOT NULL REFERENCES data_keys (id),
    sealed     BLOB   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE feed_entries (
    feed_id     TEXT    NOT NULL REFERENCES feeds (id),
    uid         TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    modified_at BIGINT  NOT NULL,
    day         TEXT    NOT NULL,
    hours       TEXT    NOT NULL,
    summary     TEXT    NOT NULL,
    description TEXT    NOT NULL,
    location    TEXT    NOT NULL,
    provisional BOOLEAN NOT NULL,
    cancelled   BOOLEAN NOT NULL,
    PRIMARY KEY (feed_id, uid)
);
CREATE INDEX feed_entries_by_day ON feed_entries (feed_id, day, uid);
