PRAGMA application_id = 1096045897;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE "objects" (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    body TEXT
, kind TEXT NOT NULL DEFAULT 'assistant', parent TEXT NOT NULL DEFAULT '');
INSERT INTO "objects" VALUES(1,'asst_kfwGFw4sQo0VA1KVuPHXzOb6',1790000000,'{"id": "asst_kfwGFw4sQo0VA1KVuPHXzOb6", "object": "assistant", "created_at": 1790000000, "name": "first", "description": null, "model": "gpt-4o", "instructions": null, "tools": [], "metadata": {}, "top_p": 1, "temperature": 1, "reasoning_effort": null, "response_format": "auto", "tool_resources": {}}','assistant','');
INSERT INTO "objects" VALUES(2,'asst_TFcUQWawpUnxq7DSTikc0Z5p',1790000001,NULL,'assistant','');
INSERT INTO "objects" VALUES(3,'asst_LYZh2fDOPo4jQevRL6JIsUqu',1790000002,'{"id": "asst_LYZh2fDOPo4jQevRL6JIsUqu", "object": "assistant", "created_at": 1790000002, "name": "odd \u0000 \ud800 \u00fcn\u00efcode; with ''quotes''", "description": null, "model": "m", "instructions": "one;\ntwo", "tools": [{"type": "file_search"}], "metadata": {"team": "ops"}, "top_p": 1, "temperature": 1, "reasoning_effort": null, "response_format": "auto", "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}','assistant','');
INSERT INTO "objects" VALUES(4,'asst_XFhOfWsOON1gZ5jmVck1eSX7',1790000003,'{"id": "asst_XFhOfWsOON1gZ5jmVck1eSX7", "object": "assistant", "created_at": 1790000003, "name": "changed", "description": "later", "model": "m", "instructions": null, "tools": [], "metadata": {}, "top_p": 1, "temperature": 1, "reasoning_effort": null, "response_format": "auto", "tool_resources": {}}','assistant','');
INSERT INTO "objects" VALUES(5,'asst_Acj30FUh3Ql0ah6w3wmSPCjM',1790000004,NULL,'assistant','');
CREATE INDEX living ON objects (kind, parent, sequence) WHERE body IS NOT NULL
        ;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('objects',5);
COMMIT;
