-- A database as the version with schema 5 wrote it, under the data key of the tests: that with schema 4 brought up to date, and one case more.
BEGIN TRANSACTION;
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
INSERT INTO goose_db_version VALUES(6,5,1,'2026-11-26 21:57:40');
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
INSERT INTO tallies VALUES('visits',1);
INSERT INTO tallies VALUES('withdrawn',2);
CREATE TABLE visits (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT    NOT NULL,
    people   INTEGER NOT NULL,
    note     TEXT    NOT NULL,
    at       BIGINT  NOT NULL,
    staff_id INTEGER REFERENCES staff (id)
, request_key TEXT, request_digest BLOB);
INSERT INTO visits VALUES(1,'2026-03-09',3,'咨询',1773019800000,1,NULL,NULL);
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
INSERT INTO events VALUES(14,6,1,1773019800000,'resident',NULL,'submit','{"to":"received","source":"site","route":"unclassified","due":"2026-03-11"}',X'851e57ca2c68cbf93cab1ef8082b04c537da20b55ab46634188dc504334c2fd0',X'76167be57a402d311a8d60925795ed7769fd5ce5ce1f461216d0e0dff14628b6');
INSERT INTO events VALUES(15,6,2,1773023400000,'resident',NULL,'withdraw','{"from":"received","to":"withdrawn"}',X'd0361d1f57179159194339ef5ff304d011e9e1d4a8fa441bb55bb3b2fbe4e1cd',X'8af04223b59404e57e9f5dee37abe7b2480b10e931bbb17c39d70c0059c7f896');
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
INSERT INTO words VALUES(6,2,'已解决',X'70276153e4d15b4f504b343b3c458edc');
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
CREATE TABLE IF NOT EXISTS "cases" (
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
INSERT INTO cases VALUES(1,'WAITWAITWAIT','site','道路交通','白额村',0,'received','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11','',0,0,0,NULL,NULL,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,'田间路被冲毁，秋收前请修好。',NULL,NULL,'3c12f5e2ab3dea47',X'2c142ca1887cb7d04346d1d11ff47b6371b51c08a4aa8524dde73aabdb8245ec0752f85eb81137585ef61ea5f65464be76613dfaab37b48c99f8466469bdd24d6880e8b5eceb',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad','k1',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0');
INSERT INTO cases VALUES(2,'C0VNTYC0VNTY','site','道路交通','白额村',0,'classified','county',1773019800000,'2026-03-09',0,3,'2026-06-09','',0,0,0,NULL,1773023400000,2,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,2,'田间路被冲毁，秋收前请修好。',NULL,NULL,'3c12f5e2ab3dea47',X'db85380b4664a8357ee5672f535b08b2fe852abc58e4eb2217599114ca8c9c43332c11154e10b8037ab1fc5ad2e9627466403eeadb0137225508c4468af3517a259c6cf467f8',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad','k2',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0');
INSERT INTO cases VALUES(3,'ANSWERANSWER','site','环境卫生','',0,'answered','township',1773019800000,'2026-03-09',15,0,'2026-03-30','',0,0,0,NULL,1773023400000,2,'','[]',NULL,NULL,'B',NULL,1773023400000,3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,3,'请多放几个垃圾桶。',NULL,NULL,NULL,NULL,NULL,'k3',X'eec5e596a99b99114183516f44a5870bab3774db0f4389b7d814c51b149e6874');
INSERT INTO cases VALUES(4,'DONEDONEDONE','site','道路交通','白额村',0,'closed','explain',1773019800000,'2026-03-09',5,0,'2026-03-16','',0,0,0,NULL,1773023400000,2,'','[]',NULL,NULL,'C',NULL,1773023400000,3,'phone',1773023400000,1773023400000,4,NULL,NULL,NULL,NULL,NULL,NULL,1773023400000,1773023400000,'2026-03-09',0,5,'田间路被冲毁，秋收前请修好。',NULL,NULL,'3c12f5e2ab3dea47',X'a0a75a9579e2d022436a7fcd4c0805168496cf3523ecde1beaf33691b13742f1660a1ede99f81f3cb5cc0a5d721028d239f9d83d36b1bca147247e0f9b1e514ed665d28830cb',X'089ebcefb91c6ef33aa669396a660e5c684947a7314ed11646e246e72c961fad','k4',X'6efa2ff7ae7ee8c15973987ef43d6bc21fa6242facf8b60eeb1b7d92d51607a0');
INSERT INTO cases VALUES(5,'LAMPLAMPLAMP','site','道路交通','白额村',1,'withdrawn','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11','',0,0,0,NULL,NULL,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773019800000,'2026-03-09',0,2,'路灯不亮。',X'1d81b0c8704e4282f398a73b3d69d17ef05cf55f86aa6a9a5ee5f496c107417b',X'fa02f2a18176ef816b5caef3acf8a9d0','3c12f5e2ab3dea47',X'0fa298c1a3dafadf1bff9ca62bca3820645aeab4f332e4606047a7f9126764c3b16dfa31a49d7fe3fb8850383bc5a82baba031e4b956731d4e029374ec07131b7c725ced16d81f02f1fb9bd3f56b2548363b82d2520f64e613',X'ef9ae84ebf91f06ed9147bd7b0ff0f06b2f1e19bfbf671d39fa63116eae37f61','k5',X'1cb06b335d9e228ab8e4154ed77019e6f11ed24c432a587eaa0e3bda9cb2cfb1');
INSERT INTO cases VALUES(6,'NIGHTN1GHTN1','site','环境卫生','',0,'withdrawn','unclassified',1773019800000,'2026-03-09',2,0,'2026-03-11','',0,0,0,NULL,NULL,NULL,'','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1773023400000,'2026-03-09',0,2,'夜里没有人收垃圾。',X'88a6ed4cf86deadf8a39c6c93de69d9a5823f8111175afc82365452929e49b82',X'a5a80455258300d0f7440cbad3a01eda','3c12f5e2ab3dea47',X'7626d085fa470842d2445375c53bfad07cc8e1a76d20c9d24421719cfebf35e13a555707ad80fbfb7b5f763b883b9559921d99e2b1de81e28c6ee148b45be54eacdbe62e7b9df26ce541d091dbc0507cddaceaabddf946',X'cd041e50f1a0e5bd85b44583aa410a823b15f6886d9c155b8cc69882889adbb1','k55',X'77a072fa034cc41e78b00adacbd974f4cc5ac3c0bd66075d2c66e6df8896f9ce');
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','case_search','case_search',0,'CREATE VIRTUAL TABLE case_search USING fts5 (tokens, masked, content = '''', contentless_delete = 1, tokenize = ''ascii'')');
CREATE TABLE IF NOT EXISTS 'case_search_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO case_search_data VALUES(1,X'');
INSERT INTO case_search_data VALUES(10,X'00000000ff000001000000');
CREATE TABLE IF NOT EXISTS 'case_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS 'case_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);
CREATE TABLE IF NOT EXISTS 'case_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO case_search_config VALUES('version',4);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',6);
INSERT INTO sqlite_sequence VALUES('staff',1);
INSERT INTO sqlite_sequence VALUES('visits',1);
CREATE INDEX visits_by_day ON visits (day, people);
CREATE INDEX deliveries_by_day ON deliveries (day, recorded_at, event_id);
CREATE INDEX feed_entries_by_day ON feed_entries (feed_id, day, uid);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log only grows');
END;
CREATE INDEX sessions_of_staff ON sessions (staff_id);
CREATE INDEX cases_pending_by_due ON cases (due_on, id) WHERE ended_at IS NULL;
CREATE INDEX cases_by_village ON cases (village, id);
CREATE INDEX cases_pending_by_route ON cases (route, state, due_on, received_at, ended_at) WHERE ended_at IS NULL;
CREATE INDEX cases_by_received ON cases (received_at);
CREATE INDEX cases_by_ended ON cases (ended_on, id) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_by_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_by_planned ON cases (planned_for) WHERE planned_for IS NOT NULL;
CREATE INDEX cases_by_released ON cases (released_at, id) WHERE released_at IS NOT NULL;
CREATE INDEX cases_by_phone ON cases (phone_hash) WHERE phone_hash IS NOT NULL;
CREATE UNIQUE INDEX cases_by_request ON cases (request_key) WHERE request_key IS NOT NULL;
CREATE UNIQUE INDEX visits_by_request ON visits (request_key) WHERE request_key IS NOT NULL;
PRAGMA writable_schema=OFF;
COMMIT;
