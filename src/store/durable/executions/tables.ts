/**
 * An execution's `record` is what others need not find it by. What is to be done for it and when (`task`, `wake_at`) is an index by account,
 * so that none waits behind all of another's.
 */
export const executionTables = `
CREATE TABLE executions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  function TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  status TEXT NOT NULL,
  phase TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  wake_at INTEGER,
  task TEXT,
  record TEXT NOT NULL,
  input TEXT,
  result TEXT,
  error TEXT
) STRICT;
CREATE UNIQUE INDEX executions_names ON executions (account, kind, function, name);
CREATE INDEX executions_starts ON executions (account, kind, function, status, started_at, id);
CREATE INDEX executions_all_starts ON executions (account, kind, status, started_at, id);
CREATE INDEX executions_wakes ON executions (task, account, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX executions_active ON executions (phase) WHERE phase = 'active';

CREATE TABLE execution_operations (
  execution INTEGER NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  input TEXT,
  result TEXT,
  error TEXT,
  UNIQUE (execution, id)
) STRICT;

CREATE TABLE execution_events (
  execution INTEGER NOT NULL,
  number INTEGER NOT NULL,
  operation TEXT,
  record TEXT NOT NULL,
  UNIQUE (execution, number)
) STRICT;

CREATE TABLE execution_counts (account TEXT PRIMARY KEY, running INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** The same tables with a primary key each: changes of tables without one are in no changeset (https://www.sqlite.org/session/sqlite3session_attach.html). */
export const keyedTables = `
ALTER TABLE execution_operations RENAME TO unkeyed_operations;
CREATE TABLE execution_operations (
  execution INTEGER NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  input TEXT,
  result TEXT,
  error TEXT,
  PRIMARY KEY (execution, id)
) STRICT;
INSERT INTO execution_operations SELECT * FROM unkeyed_operations ORDER BY rowid;
DROP TABLE unkeyed_operations;
ALTER TABLE execution_events RENAME TO unkeyed_events;
CREATE TABLE execution_events (
  execution INTEGER NOT NULL,
  number INTEGER NOT NULL,
  operation TEXT,
  record TEXT NOT NULL,
  PRIMARY KEY (execution, number)
) STRICT;
INSERT INTO execution_events SELECT * FROM unkeyed_events ORDER BY rowid;
DROP TABLE unkeyed_events;
`;
