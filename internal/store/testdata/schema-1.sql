-- A database as the version with schema 1 wrote it, under the data key of the tests.
BEGIN TRANSACTION;
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
INSERT INTO "cases" VALUES(1,'WAITWAITWAIT','道路交通','白额村','田间路被冲毁，秋收前请修好。','received','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "cases" VALUES(2,'C0VNTYC0VNTY','道路交通','白额村','田间路被冲毁，秋收前请修好。','classified','county',1773019800000,'2026-03-09',0,3,'2026-06-09',1773023400000,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "cases" VALUES(3,'ANSWERANSWER','环境卫生','','请多放几个垃圾桶。','answered','township',1773019800000,'2026-03-09',15,0,'2026-03-30',1773023400000,2,'B',1773023400000,3,NULL,NULL,NULL,NULL,NULL,3);
INSERT INTO "cases" VALUES(4,'DONEDONEDONE','道路交通','白额村','田间路被冲毁，秋收前请修好。','closed','explain',1773019800000,'2026-03-09',5,0,'2026-03-16',1773023400000,2,'C',1773023400000,3,'phone',1773023400000,1773023400000,4,1773023400000,5);
CREATE TABLE contacts (
    case_id INTEGER NOT NULL PRIMARY KEY REFERENCES cases (id),
    key_id  TEXT    NOT NULL REFERENCES data_keys (id),
    sealed  BLOB    NOT NULL
);
INSERT INTO "contacts" VALUES(1,'3c12f5e2ab3dea47',X'63BF6C0A6073BFD547FB6FD4FED1D021C80AE47CE0F6ECC6B22669B3C68B8FD21593CEE436A029F9ADA7E4E30A3303990E7E064B7605EF23815E09E2E4F5E05925AAE75CC654');
INSERT INTO "contacts" VALUES(2,'3c12f5e2ab3dea47',X'F363F9CE0F9C71CF6F18A0B96E3E7C07409001440310EC6B2B8D83165F7406C4801030B09929BB58A1629BD4AD59AC9A8DA5EAEB0010B123DF65BC1C5E55D6D296F84B40C30E');
INSERT INTO "contacts" VALUES(4,'3c12f5e2ab3dea47',X'4C65614C0EC87C0AEEFC40F528D68956A6C7324B76F8C27CC059FFA7EC2D64FC318C23D6A35DD958B55284B13DD9A618DBC819F8463B6D2F57A8DC78559C9AC33E7C11101BA9');
CREATE TABLE data_keys (
    id    TEXT   NOT NULL PRIMARY KEY,
    proof BLOB   NOT NULL,
    since BIGINT NOT NULL
);
INSERT INTO "data_keys" VALUES('3c12f5e2ab3dea47',X'A5F2ED5E16EB6C4647D1FE51C5978A80321D05B20575389660A45CAD9963A02A',1773019800000);
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
INSERT INTO "events" VALUES(1,1,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}');
INSERT INTO "events" VALUES(2,2,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}');
INSERT INTO "events" VALUES(3,2,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"county","due":"2026-06-09"}');
INSERT INTO "events" VALUES(4,3,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}');
INSERT INTO "events" VALUES(5,3,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"township","due":"2026-03-30"}');
INSERT INTO "events" VALUES(6,3,3,1773023400000,'administrator',1,'answer','{"from":"classified","to":"answered","result":"B"}');
INSERT INTO "events" VALUES(7,4,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}');
INSERT INTO "events" VALUES(8,4,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"explain","due":"2026-03-16"}');
INSERT INTO "events" VALUES(9,4,3,1773023400000,'administrator',1,'answer','{"from":"classified","to":"answered","result":"C"}');
INSERT INTO "events" VALUES(10,4,4,1773023400000,'administrator',1,'feedback','{"from":"answered","to":"feedback_given","channel":"phone","toldAt":"2026-03-09T02:30:00Z"}');
INSERT INTO "events" VALUES(11,4,5,1773023400000,'administrator',1,'close','{"from":"feedback_given","to":"closed","result":"C"}');
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-26 05:01:10');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-26 05:01:10');
CREATE TABLE requests (
    scope   TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    key_id  TEXT   NOT NULL REFERENCES data_keys (id),
    digest  BLOB   NOT NULL,
    case_id INTEGER REFERENCES cases (id),
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
INSERT INTO "requests" VALUES('suggestion','k1','3c12f5e2ab3dea47',X'6EFA2FF7AE7EE8C15973987EF43D6BC21FA6242FACF8B60EEB1B7D92D51607A0',1);
INSERT INTO "requests" VALUES('suggestion','k2','3c12f5e2ab3dea47',X'6EFA2FF7AE7EE8C15973987EF43D6BC21FA6242FACF8B60EEB1B7D92D51607A0',2);
INSERT INTO "requests" VALUES('suggestion','k3','3c12f5e2ab3dea47',X'EEC5E596A99B99114183516F44A5870BAB3774DB0F4389B7D814C51B149E6874',3);
INSERT INTO "requests" VALUES('suggestion','k4','3c12f5e2ab3dea47',X'6EFA2FF7AE7EE8C15973987EF43D6BC21FA6242FACF8B60EEB1B7D92D51607A0',4);
INSERT INTO "requests" VALUES('visit','v1','3c12f5e2ab3dea47',X'CF41527D1CE75AC00FAB12593BD40B18F45C8F648E4D2E6C6038146FAE7AA11E',NULL);
CREATE TABLE sessions (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
) WITHOUT ROWID;
INSERT INTO "sessions" VALUES(X'DE03B5CB7ED1BB3F80A1A75EC1880C146DA21EADD34266C4CD557B73B2140E90',1,1773019800000,1773063000000);
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
INSERT INTO "staff" VALUES(1,'li','李干事','administrator','$argon2id$v=19$m=19456,t=2,p=1$Sq214jj876WqgGQvKrOw5g$Ae9MlOqEJSseAPGS9g7yP/88xa4QO6Qz/1pJQiq4KTo',X'4E8288A915FD517248F0220DC1D487A6C5A8F1D554FAA3A54B8AD7D8C3A53F7C',1);
CREATE TABLE tallies (
    name TEXT   NOT NULL PRIMARY KEY,
    n    BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO "tallies" VALUES('closed.C',1);
INSERT INTO "tallies" VALUES('received',4);
INSERT INTO "tallies" VALUES('visits',1);
CREATE TABLE visits (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT    NOT NULL,
    people   INTEGER NOT NULL,
    note     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    staff_id INTEGER REFERENCES staff (id)
);
INSERT INTO "visits" VALUES(1,'2026-03-09',3,'咨询',1773019800000,1);
CREATE TABLE words (
    case_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    words   TEXT    NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq)
) WITHOUT ROWID;
INSERT INTO "words" VALUES(2,2,'乡里没有经费');
INSERT INTO "words" VALUES(3,2,'乡里能办');
INSERT INTO "words" VALUES(3,3,'本月放好。');
INSERT INTO "words" VALUES(4,2,'政策不允许');
INSERT INTO "words" VALUES(4,3,'现行政策不允许。');
INSERT INTO "words" VALUES(4,4,'已电话告知。');
CREATE INDEX sessions_of_staff ON sessions (staff_id);
CREATE INDEX cases_pending_by_due ON cases (due_on, id) WHERE closed_at IS NULL;
CREATE INDEX cases_pending_by_route ON cases (route, due_on, received_at, closed_at) WHERE closed_at IS NULL;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE INDEX visits_by_day ON visits (day, people);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',2);
INSERT INTO "sqlite_sequence" VALUES('staff',1);
INSERT INTO "sqlite_sequence" VALUES('cases',4);
INSERT INTO "sqlite_sequence" VALUES('events',11);
INSERT INTO "sqlite_sequence" VALUES('visits',1);
COMMIT;
