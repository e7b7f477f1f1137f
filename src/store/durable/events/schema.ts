/** What an event takes beside its payload, bytes: its row and its places in three indexes, about. */
export const rowBytes = 512;

/** The first version of the tables. The id of an event is never that of another: who has one in memory may still say what became of it. `events_age` has ids behind its lines: the oldest of a line is its first entry. */
export const eventTables = `
CREATE TABLE event_accounts (account TEXT PRIMARY KEY, events INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE event_lines (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL,
  depth INTEGER NOT NULL, bytes INTEGER NOT NULL, retrying INTEGER NOT NULL,
  succeeded INTEGER NOT NULL, failed INTEGER NOT NULL, used_ms INTEGER NOT NULL,
  UNIQUE (account, name)
) STRICT;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, line INTEGER NOT NULL, request_id TEXT NOT NULL, accepted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  runs INTEGER NOT NULL, errors INTEGER NOT NULL, faults INTEGER NOT NULL,
  bytes INTEGER NOT NULL, detail TEXT NOT NULL, attempts TEXT NOT NULL, payload BLOB NOT NULL
) STRICT;
CREATE INDEX events_due ON events (line, due_ms);
CREATE INDEX events_age ON events (line);
CREATE INDEX events_request ON events (request_id);
CREATE TABLE event_runs (event INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE event_ends (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, line TEXT NOT NULL, request_id TEXT NOT NULL,
  accepted_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, condition TEXT NOT NULL, runs INTEGER NOT NULL, attempts TEXT NOT NULL
) STRICT;
CREATE INDEX event_ends_request ON event_ends (request_id);
CREATE TABLE event_keys (
  account TEXT NOT NULL, function_name TEXT NOT NULL, key TEXT NOT NULL,
  sha256 TEXT NOT NULL, request_id TEXT NOT NULL, claimed_ms INTEGER NOT NULL,
  status INTEGER, headers TEXT, body BLOB, bytes INTEGER NOT NULL,
  PRIMARY KEY (account, function_name, key)
) STRICT;
CREATE INDEX event_keys_age ON event_keys (claimed_ms);
CREATE TABLE event_key_accounts (account TEXT PRIMARY KEY, keys INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
