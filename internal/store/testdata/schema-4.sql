-- A database as the version with schema 4 wrote it, under the data key of the tests: what the version with schema 2 had, and one case more.
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
    seq                INTEGER NOT NULL, source TEXT NOT NULL DEFAULT 'site', photos INTEGER NOT NULL DEFAULT 0, formal_no TEXT NOT NULL DEFAULT '', extended BOOLEAN NOT NULL DEFAULT FALSE, reopened INTEGER NOT NULL DEFAULT 0, urges INTEGER NOT NULL DEFAULT 0, reminded_on TEXT, unit TEXT NOT NULL DEFAULT '', co_units TEXT NOT NULL DEFAULT '[]', assigned_at BIGINT, assigned_seq INTEGER, planned_for TEXT, rating TEXT, rated_at BIGINT, rated_seq INTEGER, released_at BIGINT, released_seq INTEGER, merged_into INTEGER REFERENCES cases (id), ended_at BIGINT, ended_on TEXT, anonymised BOOLEAN NOT NULL DEFAULT FALSE, secret_hash BLOB, salt BLOB,
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
INSERT INTO cases VALUES(1,'WAITWAITWAIT','道路交通','白额村','田间路被冲毁，秋收前请修好。','received','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'site',0,'',0,0,0,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO cases VALUES(2,'C0VNTYC0VNTY','道路交通','白额村','田间路被冲毁，秋收前请修好。','classified','county',1773019800000,'2026-03-09',0,3,'2026-06-09',1773023400000,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,'site',0,'',0,0,0,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO cases VALUES(3,'ANSWERANSWER','环境卫生','','请多放几个垃圾桶。','answered','township',1773019800000,'2026-03-09',15,0,'2026-03-30',1773023400000,2,'B',1773023400000,3,NULL,NULL,NULL,NULL,NULL,3,'site',0,'',0,0,0,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO cases VALUES(4,'DONEDONEDONE','道路交通','白额村','田间路被冲毁，秋收前请修好。','closed','explain',1773019800000,'2026-03-09',5,0,'2026-03-16',1773023400000,2,'C',1773023400000,3,'phone',1773023400000,1773023400000,4,1773023400000,5,'site',0,'',0,0,0,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773023400000,'2026-03-09',0,NULL,NULL);
INSERT INTO cases VALUES(5,'LAMPLAMPLAMP','道路交通','白额村','路灯不亮。','withdrawn','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,'site',1,'',0,0,0,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773019800000,'2026-03-09',0,X'1d81b0c8704e4282f398a73b3d69d17ef05cf55f86aa6a9a5ee5f496c107417b',X'fa02f2a18176ef816b5caef3acf8a9d0');
CREATE TABLE contacts (
    case_id INTEGER NOT NULL PRIMARY KEY REFERENCES cases (id),
    key_id  TEXT    NOT NULL REFERENCES data_keys (id),
    sealed  BLOB    NOT NULL
, phone_hash BLOB);
INSERT INTO contacts VALUES(1,'3c12f5e2ab3dea47',X'2c142ca1887cb7d04346d1d11ff47b6371b51c08a4aa8524dde73aabdb8245ec0752f85eb81137585ef61ea5f65464be76613dfaab37b48c99f8466469bdd24d6880e8b5eceb',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad');
INSERT INTO contacts VALUES(2,'3c12f5e2ab3dea47',X'db85380b4664a8357ee5672f535b08b2fe852abc58e4eb2217599114ca8c9c43332c11154e10b8037ab1fc5ad2e9627466403eeadb0137225508c4468af3517a259c6cf467f8',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad');
INSERT INTO contacts VALUES(4,'3c12f5e2ab3dea47',X'a0a75a9579e2d022436a7fcd4c0805168496cf3523ecde1beaf33691b13742f1660a1ede99f81f3cb5cc0a5d721028d239f9d83d36b1bca147247e0f9b1e514ed665d28830cb',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad');
INSERT INTO contacts VALUES(5,'3c12f5e2ab3dea47',X'0fa298c1a3dafadf1bff9ca62bca3820645aeab4f332e4606047a7f9126764c3b16dfa31a49d7fe3fb8850383bc5a82baba031e4b956731d4e029374ec07131b7c725ced16d81f02f1fb9bd3f56b2548363b82d2520f64e613',X'ef9ae84ebf91f06ed9147bd7b0ff0f06b2f1e19bfbf671d39fa63116eae37f61');
CREATE TABLE data_keys (
    id    TEXT   NOT NULL PRIMARY KEY,
    proof BLOB   NOT NULL,
    since BIGINT NOT NULL
);
INSERT INTO data_keys VALUES('3c12f5e2ab3dea47',X'a5f2ed5e16eb6c4647d1fe51c5978a80321d05b20575389660a45cad9963a02a',1773019800000);
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
CREATE TABLE feeds (
    id         TEXT   NOT NULL PRIMARY KEY,
    token_hash BLOB   NOT NULL UNIQUE,
    key_id     TEXT   NOT NULL REFERENCES data_keys (id),
    sealed     BLOB   NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO feeds VALUES('@station',X'cd3f04ed4e13eede312f59179ddc7bbcf33894d9fd23260274555ad85b61bafb','3c12f5e2ab3dea47',X'bb2f01a829bfe03b88dc83ed58d64be8f569285b40871a0c049e1e2f0867756aa9b96e8c41a6beedec974a3c977c27438e9955da61ed',1773019800000);
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-26 05:01:18');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-26 05:01:18');
INSERT INTO goose_db_version VALUES(3,2,1,'2026-11-26 05:01:19');
INSERT INTO goose_db_version VALUES(4,3,1,'2026-11-26 11:31:53');
INSERT INTO goose_db_version VALUES(5,4,1,'2026-11-26 11:31:53');
CREATE TABLE requests (
    scope   TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    key_id  TEXT   NOT NULL REFERENCES data_keys (id),
    digest  BLOB   NOT NULL,
    case_id INTEGER REFERENCES cases (id),
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
INSERT INTO requests VALUES('suggestion','k1','3c12f5e2ab3dea47',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0',1);
INSERT INTO requests VALUES('suggestion','k2','3c12f5e2ab3dea47',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0',2);
INSERT INTO requests VALUES('suggestion','k3','3c12f5e2ab3dea47',X'eec5e596a99b99114183516f44a5870bab3774db0f4389b7d814c51b149e6874',3);
INSERT INTO requests VALUES('suggestion','k4','3c12f5e2ab3dea47',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0',4);
INSERT INTO requests VALUES('suggestion','k5','3c12f5e2ab3dea47',X'1cb06b335d9e228ab8e4154ed77019e6f11ed24c432a587eaa0e3bda9cb2cfb1',5);
INSERT INTO requests VALUES('visit','v1','3c12f5e2ab3dea47',X'cf41527d1ce75ac00fab12593bd40b18f45c8f648e4d2e6c6038146fae7aa11e',NULL);
CREATE TABLE staff (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    username       TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,
    -- A keyed hash of the first password as the station declared it, to see when that changes.
    first_password BLOB    NOT NULL,
    declared       BOOLEAN NOT NULL
, deputy TEXT NOT NULL DEFAULT '', first_in_use BOOLEAN NOT NULL DEFAULT TRUE, factor_key_id TEXT REFERENCES data_keys (id), factor_sealed BLOB, factor_step BIGINT NOT NULL DEFAULT 0);
INSERT INTO staff VALUES(1,'li','李干事','administrator','$argon2id$v=19$m=19456,t=2,p=1$n85L84JVsOrHg1+IsedSlQ$XxcrNCKaAv2NM4S1+9OPtxpflNNR9io63St1IAR866I',X'4e8288a915fd517248f0220dc1d487a6c5a8f1d554faa3a54b8ad7d8c3a53f7c',1,'',1,NULL,NULL,0);
CREATE TABLE tallies (
    name TEXT   NOT NULL PRIMARY KEY,
    n    BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO tallies VALUES('closed.C',1);
INSERT INTO tallies VALUES('findable',5);
INSERT INTO tallies VALUES('received',5);
INSERT INTO tallies VALUES('visits',1);
INSERT INTO tallies VALUES('withdrawn',1);
CREATE TABLE visits (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT    NOT NULL,
    people   INTEGER NOT NULL,
    note     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    staff_id INTEGER REFERENCES staff (id)
);
INSERT INTO visits VALUES(1,'2026-03-09',3,'咨询',1773019800000,1);
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
INSERT INTO photos VALUES(5,1,X'66756c6c',X'7468756d62');
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','case_search','case_search',0,'CREATE VIRTUAL TABLE case_search USING fts5 (tokens, content = '''', contentless_delete = 1, tokenize = ''ascii'')');
CREATE TABLE IF NOT EXISTS 'case_search_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO case_search_data VALUES(1,X'0530');
INSERT INTO case_search_data VALUES(10,X'00000000ff00000101010100010101010101000005');
INSERT INTO case_search_data VALUES(137438953473,X'000001300730e4b88de4baae0502040304aae59e830302060202baae0502050205bfaee5a5bd01020c01020c02020c0106e586b2e6af81010206010206020206020587a0e4b8aa0302050205898de8afb701020a01020a02020a02059cbee6a1b603020802059e83e59cbe0302070205a49ae694be0302030202a5bd01020d01020d02020d0106e694b6e5898d0102090102090202090304bee587a00302040202a1b60302090202af810102070102070202070106e781afe4b88d050203020594b0e997b40102020102020202020205a78be694b60102080102080202080106e8a2abe586b20102050102050202050205afb7e4bfae01020b01020b02020b0403e5a49a0302020205b7afe781af0502020403e8a2ab0102040102040202040106e997b4e8b7af010203010203020203040b090710110a100a0a0a0d1109070d0b10101110080a0e');
CREATE TABLE IF NOT EXISTS 'case_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO case_search_idx VALUES(1,X'',2);
CREATE TABLE IF NOT EXISTS 'case_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);
INSERT INTO case_search_docsize VALUES(1,X'0c',1);
INSERT INTO case_search_docsize VALUES(2,X'0c',1);
INSERT INTO case_search_docsize VALUES(3,X'08',1);
INSERT INTO case_search_docsize VALUES(4,X'0c',1);
INSERT INTO case_search_docsize VALUES(5,X'04',1);
CREATE TABLE IF NOT EXISTS 'case_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO case_search_config VALUES('version',4);
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
INSERT INTO events VALUES(1,1,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}',NULL,X'6568f1f18bee4d681c35fbaa7595b115caa810f20bdf24a4eb69387bd71582aa');
INSERT INTO events VALUES(2,2,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}',NULL,X'9e5aef45d353eb7114adbea74c2a03fbb949ffb14e507dea996ab0b03f845fd3');
INSERT INTO events VALUES(3,2,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"county","due":"2026-06-09"}',X'85b1e5075917b016b0d0f1db488531724574efa2c8d3cb6ad9e9ff8ff5b31b82',X'47b141c9c3b9455a621ced79056a2b39085a1debb41941887c48d0a7b00437c5');
INSERT INTO events VALUES(4,3,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}',NULL,X'd62dd51444b7e7495dd839f2c984aaa3a4d588c129838a164b62168a0168a696');
INSERT INTO events VALUES(5,3,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"township","due":"2026-03-30"}',X'e1f0c1705ac8db1305e63301da1dc0e3fffbeaa6e2b5d917d3bb8a75ba48f0b6',X'4b3a2f524440a43c7d451cdf6e4b9fa0946ad0b84f6511024e65d4d4d07d2c9e');
INSERT INTO events VALUES(6,3,3,1773023400000,'administrator',1,'answer','{"from":"classified","to":"answered","result":"B"}',X'51c706e832cff155e31542c4990a85776b64ca0a75aefa27e711be7f0e1fd44b',X'dbf914007838a4981ada2ac1a2efeee6018665715bfd12d14e890372837c91ee');
INSERT INTO events VALUES(7,4,1,1773019800000,'resident',NULL,'submit','{"to":"received","route":"unclassified","due":"2026-03-11"}',NULL,X'31906bfbca7eee1a556e28bcf41493cd15610a6b5c965c526b279eedd6ff9578');
INSERT INTO events VALUES(8,4,2,1773023400000,'administrator',1,'classify','{"from":"received","to":"classified","route":"explain","due":"2026-03-16"}',X'd5c3710593ecca39c25fd6bf0bd8e4f610b58f78277a9b56aaf398719c516afa',X'073949e5e08a5d1e4c2981e58fc5663bab861ad48e8cd2c5cb80c57327646cce');
INSERT INTO events VALUES(9,4,3,1773023400000,'administrator',1,'answer','{"from":"classified","to":"answered","result":"C"}',X'b09dd6752e78542369b33984844ea2a0721311c1dc13d52a897411ce7c8b0984',X'84a475f4dd604cc4e49cf49f00eedf20e8a0976cd87ffe369f176b4240dce4b5');
INSERT INTO events VALUES(10,4,4,1773023400000,'administrator',1,'feedback','{"from":"answered","to":"feedback_given","channel":"phone","toldAt":"2026-03-09T02:30:00Z"}',X'6b7347cecaf714ee3f1e9250658f48479559efdfb89e680df45a7e6155f1b78c',X'12bbc1c3ace8a218739ccff8ef811d67cf768d89102ab02582080e44a7dfe98e');
INSERT INTO events VALUES(11,4,5,1773023400000,'administrator',1,'close','{"from":"feedback_given","to":"closed","result":"C"}',NULL,X'3b944e0f66584f5bf68c7bfab741d8429466a61bb1dc5580d3dcd3a4292ccd61');
INSERT INTO events VALUES(12,5,1,1773019800000,'resident',NULL,'submit','{"to":"received","source":"site","route":"unclassified","due":"2026-03-11"}',X'f52dcbfa4d687730a7e5a0c72b6ef7f62c07f34b8ac60d8f9d7a3435be33fb14',X'a715f72add72569765f9a37679da372ada03c9dbb7d1eca3b384f140b3ac7b4e');
INSERT INTO events VALUES(13,5,2,1773019800000,'resident',NULL,'withdraw','{"from":"received","to":"withdrawn"}',NULL,X'cd98f80b6156364ae660b20049c05283e8f6c7dea2d7569456ca43dd0f3809ee');
CREATE TABLE words (
    case_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    words   TEXT    NOT NULL,
    salt    BLOB    NOT NULL,
    PRIMARY KEY (case_id, seq),
    FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq)
) WITHOUT ROWID;
INSERT INTO words VALUES(2,2,'乡里没有经费',X'859c1cfdb55b9bc229a45c6b658842da');
INSERT INTO words VALUES(3,2,'乡里能办',X'6c1c315510349c247f55a49eec9128f4');
INSERT INTO words VALUES(3,3,'本月放好。',X'c70c02fa82e5b594c529b55f0cafb608');
INSERT INTO words VALUES(4,2,'政策不允许',X'0872e141359bf8d63ccf89b4158a83b7');
INSERT INTO words VALUES(4,3,'现行政策不允许。',X'9ade36958ff670bbf74cc03933dc73a7');
INSERT INTO words VALUES(4,4,'已电话告知。',X'7095898e076a1958f9c1267e7f153994');
CREATE TABLE recovery_codes (
    staff_id  INTEGER NOT NULL REFERENCES staff (id),
    code_hash BLOB    NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
) WITHOUT ROWID;
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE,
    staff_id   INTEGER NOT NULL REFERENCES staff (id),
    device     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',5);
INSERT INTO sqlite_sequence VALUES('staff',1);
INSERT INTO sqlite_sequence VALUES('cases',5);
INSERT INTO sqlite_sequence VALUES('visits',1);
CREATE INDEX visits_by_day ON visits (day, people);
CREATE INDEX deliveries_by_day ON deliveries (day, recorded_at, event_id);
CREATE INDEX feed_entries_by_day ON feed_entries (feed_id, day, uid);
CREATE INDEX cases_pending_by_due ON cases (due_on, id) WHERE ended_at IS NULL;
CREATE INDEX cases_by_village ON cases (village, id);
CREATE INDEX cases_pending_by_route ON cases (route, state, due_on, received_at, ended_at) WHERE ended_at IS NULL;
CREATE INDEX cases_by_received ON cases (received_at);
CREATE INDEX cases_by_ended ON cases (ended_on, id) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_by_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_by_planned ON cases (planned_for) WHERE planned_for IS NOT NULL;
CREATE INDEX cases_by_released ON cases (released_at, id) WHERE released_at IS NOT NULL;
CREATE INDEX contacts_by_phone ON contacts (phone_hash);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE INDEX sessions_of_staff ON sessions (staff_id);
PRAGMA writable_schema=OFF;
COMMIT;
