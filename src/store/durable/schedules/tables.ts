import { scheduleSums } from './sums.ts';

/** The tables of schedules: each schedule is a document and when it is due; occurrences that are not delivered outlive it. */
export const scheduleMigrations: readonly string[] = [
  `CREATE TABLE schedule_groups (
     account TEXT NOT NULL,
     name TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (account, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE schedules (
     account TEXT NOT NULL,
     grp TEXT NOT NULL,
     name TEXT NOT NULL,
     enabled INTEGER NOT NULL,
     record TEXT NOT NULL,
     next_at INTEGER,
     delivered INTEGER NOT NULL DEFAULT 0,
     failed INTEGER NOT NULL DEFAULT 0,
     missed INTEGER NOT NULL DEFAULT 0,
     last_at INTEGER,
     PRIMARY KEY (account, grp, name)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;
   CREATE INDEX schedule_totals ON schedules (account, next_at, delivered, failed, missed);
   CREATE TABLE firings (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     account TEXT NOT NULL,
     grp TEXT NOT NULL,
     name TEXT NOT NULL,
     target TEXT NOT NULL,
     execution_id TEXT NOT NULL,
     scheduled_at INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     leased INTEGER NOT NULL DEFAULT 0,
     attempts INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX firings_due ON firings (due_at);
   CREATE INDEX firings_of ON firings (account, scheduled_at);`,
  scheduleSums,
  // Accounts have turns, and what waits of each is counted: as many, as many bytes, and those that are tried again.
  `CREATE INDEX firings_due_of ON firings (account, due_at);
   CREATE INDEX schedules_due_of ON schedules (account, next_at) WHERE next_at IS NOT NULL;
   ALTER TABLE firings ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE firing_counts (
     account TEXT PRIMARY KEY,
     count INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     again INTEGER NOT NULL,
     again_bytes INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   INSERT INTO firing_counts SELECT account, count(*), sum(octet_length(target)), 0, 0 FROM firings GROUP BY account;
   CREATE TRIGGER firings_made AFTER INSERT ON firings BEGIN
     INSERT INTO firing_counts VALUES (NEW.account, 1, octet_length(NEW.target), 0, 0)
       ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
   END;
   CREATE TRIGGER firings_again AFTER UPDATE OF again ON firings WHEN NEW.again > OLD.again BEGIN
     UPDATE firing_counts SET again = again + 1, again_bytes = again_bytes + octet_length(NEW.target)
       WHERE account = NEW.account;
   END;
   CREATE TRIGGER firings_gone AFTER DELETE ON firings BEGIN
     UPDATE firing_counts SET count = count - 1, bytes = bytes - octet_length(OLD.target),
       again = again - OLD.again, again_bytes = again_bytes - OLD.again * octet_length(OLD.target)
       WHERE account = OLD.account;
   END;`,
  // What last went wrong, dead letters that no queue took, and how much waits of each schedule.
  `ALTER TABLE schedules ADD COLUMN letters_lost INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE schedules ADD COLUMN last_error TEXT;
   ALTER TABLE schedules ADD COLUMN last_error_at INTEGER;
   CREATE INDEX firings_of_schedule ON firings (account, grp, name);`,
];
