/**
 * `messages` is what changes (small rows, in the order of each queue), `message_contents` what does not. A message's `seq` is its id in
 * `message_contents`; one that is moved to another queue gets a new one. `turn` is `seq` for what is ready, else when it is due. `message_groups`
 * has, for FIFO queues, the first message of each group and how many of it are in flight. `tidy_at`: before that nothing of a queue is too old,
 * as far as its first message says; null where it has none.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE queues (
     id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, name TEXT NOT NULL, fifo INTEGER NOT NULL, created_at INTEGER NOT NULL,
     modified_at INTEGER NOT NULL, purged_at INTEGER NOT NULL DEFAULT 0, retention_ms INTEGER NOT NULL, dead_letter TEXT,
     attributes TEXT NOT NULL, tags TEXT NOT NULL) STRICT;
   CREATE UNIQUE INDEX queues_name ON queues (account, name);
   CREATE INDEX queues_dead_letter ON queues (account, dead_letter, name) WHERE dead_letter IS NOT NULL;
   CREATE TABLE queue_depths (
     queue INTEGER PRIMARY KEY, ready INTEGER NOT NULL, in_flight INTEGER NOT NULL, delayed INTEGER NOT NULL, bytes INTEGER NOT NULL,
     dead_lettered INTEGER NOT NULL, expired INTEGER NOT NULL, purged_to INTEGER NOT NULL) STRICT;
   CREATE TABLE queue_leftovers (queue INTEGER PRIMARY KEY, up_to INTEGER NOT NULL) STRICT;
   CREATE TABLE message_contents (
     id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, sender TEXT NOT NULL, dead_letter_source TEXT, content TEXT NOT NULL,
     body TEXT NOT NULL) STRICT;
   CREATE TABLE messages (
     queue INTEGER NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL, turn INTEGER NOT NULL, sent_at INTEGER NOT NULL,
     receives INTEGER NOT NULL, first_received_at INTEGER, received_at INTEGER, bytes INTEGER NOT NULL, group_id TEXT,
     PRIMARY KEY (queue, seq)) STRICT, WITHOUT ROWID;
   CREATE INDEX messages_turn ON messages (queue, state, turn);
   CREATE INDEX messages_group ON messages (queue, group_id, seq) WHERE group_id IS NOT NULL;
   CREATE TABLE message_groups (
     queue INTEGER NOT NULL, group_id TEXT NOT NULL, head INTEGER NOT NULL, in_flight INTEGER NOT NULL,
     PRIMARY KEY (queue, group_id)) STRICT, WITHOUT ROWID;
   CREATE INDEX message_groups_free ON message_groups (queue, head) WHERE in_flight = 0;
   CREATE TABLE deduplications (
     queue INTEGER NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL, seq INTEGER NOT NULL, message_id TEXT NOT NULL,
     PRIMARY KEY (queue, scope, id)) STRICT, WITHOUT ROWID;
   CREATE INDEX deduplications_until ON deduplications (until);
   CREATE TABLE receive_attempts (
     queue INTEGER NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL, receipts TEXT NOT NULL,
     PRIMARY KEY (queue, id)) STRICT, WITHOUT ROWID;
   CREATE INDEX receive_attempts_until ON receive_attempts (until);
   CREATE TABLE move_tasks (
     id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, source INTEGER NOT NULL, source_name TEXT NOT NULL, destination_name TEXT,
     rate INTEGER, status TEXT NOT NULL, moved INTEGER NOT NULL, to_move INTEGER NOT NULL, up_to INTEGER NOT NULL, started_at INTEGER NOT NULL,
     failure TEXT) STRICT;
   CREATE INDEX move_tasks_source ON move_tasks (source, id);
   CREATE INDEX move_tasks_running ON move_tasks (id) WHERE status = 'RUNNING'`,
  `ALTER TABLE queue_depths ADD COLUMN tidy_at INTEGER;
   UPDATE queue_depths SET tidy_at = 0 WHERE ready + in_flight + delayed > 0;
   CREATE INDEX queue_depths_tidy ON queue_depths (tidy_at) WHERE tidy_at IS NOT NULL`,
  // Of those that are there: receipts from before are no receipts any more, and their messages come again.
  `ALTER TABLE queues ADD COLUMN secret BLOB;
   UPDATE queues SET secret = randomblob(32)`,
];

/** What a message is; how it is in the column `state`. */
export const ready = 0;
export const inFlight = 1;
export const delayed = 2;
