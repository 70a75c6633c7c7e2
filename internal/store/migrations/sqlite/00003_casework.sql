-- The whole life of a case: units, formal suggestions, extension, rating, merging, release, photos, query secrets; staff who choose
-- their passwords; and a log in which each row holds the hash of the one before. What the old log holds moves over in migration 4.

-- +goose Up

ALTER TABLE cases ADD COLUMN source TEXT NOT NULL DEFAULT 'site';
ALTER TABLE cases ADD COLUMN photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN formal_no TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN extended BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN urges INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN reminded_on TEXT;
ALTER TABLE cases ADD COLUMN unit TEXT NOT NULL DEFAULT '';
-- A JSON array.
ALTER TABLE cases ADD COLUMN co_units TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cases ADD COLUMN assigned_at BIGINT;
ALTER TABLE cases ADD COLUMN assigned_seq INTEGER;
ALTER TABLE cases ADD COLUMN planned_for TEXT;
ALTER TABLE cases ADD COLUMN rating TEXT;
ALTER TABLE cases ADD COLUMN rated_at BIGINT;
ALTER TABLE cases ADD COLUMN rated_seq INTEGER;
ALTER TABLE cases ADD COLUMN released_at BIGINT;
ALTER TABLE cases ADD COLUMN released_seq INTEGER;
ALTER TABLE cases ADD COLUMN merged_into INTEGER REFERENCES cases (id);
-- When the case stopped waiting, closed or otherwise, and that day at the station.
ALTER TABLE cases ADD COLUMN ended_at BIGINT;
ALTER TABLE cases ADD COLUMN ended_on TEXT;
ALTER TABLE cases ADD COLUMN anonymised BOOLEAN NOT NULL DEFAULT FALSE;
-- NULL for cases from before there were query secrets.
ALTER TABLE cases ADD COLUMN secret_hash BLOB;
-- Of the hash of the suggestion in the log; erased with the text.
ALTER TABLE cases ADD COLUMN salt BLOB;

-- Every station so far keeps China's one time zone.
UPDATE cases SET ended_at = closed_at, ended_on = date(closed_at / 1000 + 28800, 'unixepoch') WHERE closed_at IS NOT NULL;

DROP INDEX cases_pending_by_due;
DROP INDEX cases_pending_by_route;
-- The desk's queue, and a deputy's.
CREATE INDEX cases_pending_by_due ON cases (due_on, id) WHERE ended_at IS NULL;
CREATE INDEX cases_by_village ON cases (village, id);
-- The backlog report reads nothing but this; ended_at stands in it because SQLite would look it up otherwise.
CREATE INDEX cases_pending_by_route ON cases (route, state, due_on, received_at, ended_at) WHERE ended_at IS NULL;
CREATE INDEX cases_by_received ON cases (received_at);
CREATE INDEX cases_by_ended ON cases (ended_on, id) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_by_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_by_planned ON cases (planned_for) WHERE planned_for IS NOT NULL;
CREATE INDEX cases_by_released ON cases (released_at, id) WHERE released_at IS NOT NULL;

-- What the public reads of a handled case.
CREATE TABLE releases (
    case_id INTEGER NOT NULL PRIMARY KEY REFERENCES cases (id),
    text    TEXT    NOT NULL,
    answer  TEXT    NOT NULL
);

CREATE TABLE photos (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    n       INTEGER NOT NULL,
    full    BLOB    NOT NULL,
    thumb   BLOB    NOT NULL,
    PRIMARY KEY (case_id, n)
);

-- A keyed hash of the phone, by which it is found; NULL until it was computed, empty where there is no phone.
ALTER TABLE contacts ADD COLUMN phone_hash BLOB;
CREATE INDEX contacts_by_phone ON contacts (phone_hash);

-- The text of cases, cut into the tokens of internal/search.
CREATE VIRTUAL TABLE case_search USING fts5 (tokens, content = '', contentless_delete = 1, tokenize = 'ascii');

DROP TRIGGER events_are_not_changed;
DROP TRIGGER events_are_not_deleted;
ALTER TABLE events RENAME TO events_v1;
ALTER TABLE words RENAME TO words_v1;

-- The log. Its ids count from 1 without a gap; hash is over the row and the hash before it (see chain.go).
CREATE TABLE events (
    id           INTEGER PRIMARY KEY,
    -- NULL for what staff did beside cases.
    case_id      INTEGER REFERENCES cases (id),
    seq          INTEGER NOT NULL,
    at           BIGINT  NOT NULL,
    actor_role   TEXT    NOT NULL,
    actor_staff  INTEGER REFERENCES staff (id),
    action       TEXT    NOT NULL,
    facts        TEXT    NOT NULL,
    -- A salted hash of the words; the salt stands with them and is erased with them.
    words_digest BLOB,
    hash         BLOB    NOT NULL,
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

CREATE TABLE words (
    case_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    words   TEXT    NOT NULL,
    salt    BLOB    NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq)
) WITHOUT ROWID;

ALTER TABLE staff ADD COLUMN deputy TEXT NOT NULL DEFAULT '';
-- True until the owner has chosen a password.
ALTER TABLE staff ADD COLUMN first_in_use BOOLEAN NOT NULL DEFAULT TRUE;
-- What one-time codes are made from, encrypted under the data key with the id; and the last step a code was used at.
ALTER TABLE staff ADD COLUMN factor_key_id TEXT REFERENCES data_keys (id);
ALTER TABLE staff ADD COLUMN factor_sealed BLOB;
ALTER TABLE staff ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;

-- Codes that stand in for a lost phone, each once.
CREATE TABLE recovery_codes (
    staff_id  INTEGER NOT NULL REFERENCES staff (id),
    code_hash BLOB    NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
) WITHOUT ROWID;

-- Sessions get a number by which their owner can end them; who is signed in signs in again.
DROP TABLE sessions;
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    device     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX sessions_of_staff ON sessions (staff_id);
