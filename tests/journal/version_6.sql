PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE days (day INTEGER PRIMARY KEY);
INSERT INTO "days" VALUES(0);
CREATE TABLE drafts (
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
    key BLOB NOT NULL,
    owner TEXT NOT NULL,
    at REAL NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (server, resource, key, owner)
);
INSERT INTO "drafts" VALUES(X'6C6F63616C0A0A0A','assistant',X'617373745F31','14467-29edd1c1a668cf53',1004.0,X'61206472616674EDA080');
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
    assistant BLOB NOT NULL,
    kind TEXT NOT NULL,
    at REAL NOT NULL,
    undoes INTEGER,
    undone INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    before BLOB,
    after BLOB,
    batch TEXT NOT NULL DEFAULT ''
);
INSERT INTO "entries" VALUES(1,X'6C6F63616C0A0A0A','assistant',X'617373745F31','created',1002.0,NULL,0,16,NULL,X'7B226964223A2022617373745F31227D','');
INSERT INTO "entries" VALUES(2,X'6C6F63616C0A0A0A','assistant',X'617373745F31','deleted',1003.0,NULL,0,16,X'7B226964223A2022617373745F31227D',NULL,'');
CREATE TABLE imports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
    key BLOB NOT NULL,
    assistant BLOB,
    before BLOB,
    UNIQUE (server, resource, key)
);
INSERT INTO "imports" VALUES(1,X'6C6F63616C0A0A0A','assistant',X'6F6620612066696C65',NULL,X'5B22617373745F31225D');
CREATE TABLE pending (task TEXT PRIMARY KEY);
CREATE TABLE probe (data BLOB);
CREATE INDEX by_assistant ON entries (server, assistant);
CREATE INDEX by_undone ON entries (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX undoable ON entries (server, resource) WHERE undone = 0 AND undoes IS NULL;
CREATE INDEX trash ON entries (server, resource) WHERE undone = 0 AND kind = 'deleted';
CREATE INDEX for_pruning
    ON entries (number, server, resource, batch, at, size, undone, undoes)
;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',2);
INSERT INTO "sqlite_sequence" VALUES('imports',1);
COMMIT;
PRAGMA application_id = 1096045898;
PRAGMA user_version = 6;
