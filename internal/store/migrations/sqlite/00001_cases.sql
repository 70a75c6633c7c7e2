-- Instants are Unix milliseconds, days are text as 2026-10-10. No column lists the states and routes a case may have:
-- that is casework's business, and a CHECK could not be widened later.

-- +goose Up

-- The data keys that have been in use. A proof tells whether the key at hand is the one of that id.
CREATE TABLE data_keys (
    id    TEXT   NOT NULL PRIMARY KEY,
    proof BLOB   NOT NULL,
    since BIGINT NOT NULL
);

-- Accounts of staff. They are never deleted, because the log refers to them.
CREATE TABLE staff (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    username       TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,
    -- A keyed hash of the first password as the station declared it, to see when that changes.
    first_password BLOB    NOT NULL,
    declared       BOOLEAN NOT NULL
);

CREATE TABLE sessions (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_staff ON sessions (staff_id);

CREATE TABLE cases (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    code               TEXT    NOT NULL UNIQUE,
    topic              TEXT    NOT NULL,
    village            TEXT    NOT NULL,
    text               TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    route              TEXT    NOT NULL,
    received_at        BIGINT  NOT NULL,
    -- What the due day was computed from, and the due day.
    clock_from         TEXT    NOT NULL,
    clock_working_days INTEGER NOT NULL,
    clock_months       INTEGER NOT NULL,
    due_on             TEXT    NOT NULL,
    -- The present classification, answer and feedback; their words are those of the event with the same seq.
    classified_at      BIGINT,
    classified_seq     INTEGER,
    result             TEXT,
    answered_at        BIGINT,
    answered_seq       INTEGER,
    channel            TEXT,
    told_at            BIGINT,
    feedback_at        BIGINT,
    feedback_seq       INTEGER,
    closed_at          BIGINT,
    -- That of the last event.
    seq                INTEGER NOT NULL,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
-- The desk's queue.
CREATE INDEX cases_pending_by_due ON cases (due_on, id) WHERE closed_at IS NULL;
-- The backlog report reads nothing but this; closed_at stands in it because SQLite would look it up otherwise.
CREATE INDEX cases_pending_by_route ON cases (route, due_on, received_at, closed_at) WHERE closed_at IS NULL;

-- The log: a row for every change of a case, without anything of a person.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    seq         INTEGER NOT NULL,
    at          BIGINT  NOT NULL,
    actor_role  TEXT    NOT NULL,
    actor_staff INTEGER REFERENCES staff (id),
    action      TEXT    NOT NULL,
    facts       TEXT    NOT NULL,
    UNIQUE (case_id, seq)
);
-- +goose StatementBegin
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
-- +goose StatementEnd

-- The free text of events. It may hold personal data and can be erased; the log stays.
CREATE TABLE words (
    case_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    words   TEXT    NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq)
) WITHOUT ROWID;

-- Who raised a case, encrypted under the data key with the id.
CREATE TABLE contacts (
    case_id INTEGER NOT NULL PRIMARY KEY REFERENCES cases (id),
    key_id  TEXT    NOT NULL REFERENCES data_keys (id),
    sealed  BLOB    NOT NULL
);

CREATE TABLE visits (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT    NOT NULL,
    people   INTEGER NOT NULL,
    note     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    staff_id INTEGER REFERENCES staff (id)
);
CREATE INDEX visits_by_day ON visits (day, people);

-- Requests that came with an idempotency key: what they asked, as a keyed hash, and the case they made.
CREATE TABLE requests (
    scope   TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    key_id  TEXT   NOT NULL REFERENCES data_keys (id),
    digest  BLOB   NOT NULL,
    case_id INTEGER REFERENCES cases (id),
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;

-- What has been counted since the database began.
CREATE TABLE tallies (
    name TEXT   NOT NULL PRIMARY KEY,
    n    BIGINT NOT NULL
) WITHOUT ROWID;
