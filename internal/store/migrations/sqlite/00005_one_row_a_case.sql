-- A suggestion is written in two rows, itself and its event, so that its commit touches few pages: who raised the case and the request
-- that brought it stand with it. Ids are given by the writer, so nothing counts them beside the table.
-- It runs without foreign keys being enforced (see migrate.go), because other tables refer to the one it replaces.

-- +goose Up

CREATE TABLE cases_v5 (
    id                 INTEGER NOT NULL PRIMARY KEY,
    code               TEXT    NOT NULL UNIQUE,
    source             TEXT    NOT NULL,
    topic              TEXT    NOT NULL,
    village            TEXT    NOT NULL,
    photos             INTEGER NOT NULL,
    state              TEXT    NOT NULL,
    route              TEXT    NOT NULL,
    received_at        BIGINT  NOT NULL,
    -- What the due day was computed from, and the due day.
    clock_from         TEXT    NOT NULL,
    clock_working_days INTEGER NOT NULL,
    clock_months       INTEGER NOT NULL,
    due_on             TEXT    NOT NULL,
    formal_no          TEXT    NOT NULL DEFAULT '',
    extended           BOOLEAN NOT NULL DEFAULT FALSE,
    reopened           INTEGER NOT NULL DEFAULT 0,
    urges              INTEGER NOT NULL DEFAULT 0,
    reminded_on        TEXT,
    -- The present classification, assignment, answer, feedback, rating and release; their words are those of the event with the same seq.
    classified_at      BIGINT,
    classified_seq     INTEGER,
    unit               TEXT    NOT NULL DEFAULT '',
    -- A JSON array.
    co_units           TEXT    NOT NULL DEFAULT '[]',
    assigned_at        BIGINT,
    assigned_seq       INTEGER,
    result             TEXT,
    planned_for        TEXT,
    answered_at        BIGINT,
    answered_seq       INTEGER,
    channel            TEXT,
    told_at            BIGINT,
    feedback_at        BIGINT,
    feedback_seq       INTEGER,
    rating             TEXT,
    rated_at           BIGINT,
    rated_seq          INTEGER,
    released_at        BIGINT,
    released_seq       INTEGER,
    merged_into        INTEGER REFERENCES cases (id),
    closed_at          BIGINT,
    -- When the case stopped waiting, closed or otherwise, and that day at the station.
    ended_at           BIGINT,
    ended_on           TEXT,
    anonymised         BOOLEAN NOT NULL DEFAULT FALSE,
    -- That of the last event.
    seq                INTEGER NOT NULL,
    text               TEXT    NOT NULL,
    -- NULL for cases from before there were query secrets.
    secret_hash        BLOB,
    -- Of the hash of the suggestion in the log. This and all below is erased with the text.
    salt               BLOB,
    -- Who raised the case, encrypted under the data key with the id.
    contact_key_id     TEXT,
    contact            BLOB,
    -- A keyed hash of the phone, by which it is found; NULL where there is none, empty until it was computed.
    phone_hash         BLOB,
    -- The idempotency key of the request that brought the case, and a keyed hash of what it asked.
    request_key        TEXT,
    request_digest     BLOB,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

INSERT INTO cases_v5
SELECT c.id, c.code, c.source, c.topic, c.village, c.photos, c.state, c.route, c.received_at,
       c.clock_from, c.clock_working_days, c.clock_months, c.due_on, c.formal_no, c.extended, c.reopened, c.urges, c.reminded_on,
       c.classified_at, c.classified_seq, c.unit, c.co_units, c.assigned_at, c.assigned_seq,
       c.result, c.planned_for, c.answered_at, c.answered_seq, c.channel, c.told_at, c.feedback_at, c.feedback_seq,
       c.rating, c.rated_at, c.rated_seq, c.released_at, c.released_seq, c.merged_into,
       c.closed_at, c.ended_at, c.ended_on, c.anonymised, c.seq, c.text, c.secret_hash, c.salt,
       k.key_id, k.sealed, CASE WHEN k.sealed IS NOT NULL AND k.phone_hash IS NULL THEN x'' WHEN k.phone_hash <> x'' THEN k.phone_hash END,
       r.key, r.digest
FROM cases c
LEFT JOIN contacts k ON k.case_id = c.id
LEFT JOIN requests r ON r.scope = 'suggestion' AND r.case_id = c.id
ORDER BY c.id;

DROP TABLE requests;
DROP TABLE contacts;
DROP TABLE cases;
ALTER TABLE cases_v5 RENAME TO cases;

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
CREATE INDEX cases_by_phone ON cases (phone_hash) WHERE phone_hash IS NOT NULL;
CREATE UNIQUE INDEX cases_by_request ON cases (request_key) WHERE request_key IS NOT NULL;

-- The same of visits. Keys of before are let go: nobody repeats a form across an upgrade.
ALTER TABLE visits ADD COLUMN request_key TEXT;
ALTER TABLE visits ADD COLUMN request_digest BLOB;
CREATE UNIQUE INDEX visits_by_request ON visits (request_key) WHERE request_key IS NOT NULL;

-- The text of cases, cut into the tokens of internal/search: whole, and as those read it who may not know whom it names. It is filled anew from the
-- first case on.
DROP TABLE case_search;
CREATE VIRTUAL TABLE case_search USING fts5 (tokens, masked, content = '', contentless_delete = 1, tokenize = 'ascii');
DELETE FROM tallies WHERE name = 'findable';

-- Cases are not deleted, so they can be counted.
DELETE FROM tallies WHERE name = 'received';
