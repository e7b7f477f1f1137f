import type { NoProfileOf, ProfileRecord, ProfileStore } from '../../model/call-profiles.ts';
import { readProfile } from './read-profile.ts';
import { openBeside } from '../open-beside.ts';

/** What is read at a start; more is not kept in memory either. */
const profilesMax = 10_000;
/** Switches are people's; each is a row. */
const offMax = 10_000;

/** Profiles in SQLite, in a file beside the store's, as usage is: whoever has the store has the home, and this, to himself. */
export function openProfileStore(home: string): ProfileStore {
  const database = openBeside(home, 'profiles.sqlite');
  database.exec(`CREATE TABLE IF NOT EXISTS profile (
      account TEXT NOT NULL,
      function TEXT NOT NULL,
      updated_ms INTEGER NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (account, function)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS profile_off (
      account TEXT NOT NULL,
      function TEXT NOT NULL,
      PRIMARY KEY (account, function)
    ) STRICT, WITHOUT ROWID;`);
  const put = database.prepare('INSERT OR REPLACE INTO profile VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM profile WHERE account = ? AND function = ?');
  const all = database.prepare(`SELECT content FROM profile ORDER BY updated_ms DESC LIMIT ${profilesMax}`);
  const off = database.prepare(`SELECT account, function FROM profile_off LIMIT ${offMax}`);
  const turnOff = database.prepare('INSERT OR IGNORE INTO profile_off VALUES (?, ?)');
  const turnOn = database.prepare('DELETE FROM profile_off WHERE account = ? AND function = ?');
  return {
    read: () => ({
      // What was used last is added last, and is the last to give way.
      profiles: all
        .all()
        .flatMap((row) => readProfile(String(row['content'])) ?? [])
        .toReversed(),
      off: off.all().map((row): NoProfileOf => ({ account: String(row['account']), name: String(row['function']) })),
    }),
    write(changed: readonly ProfileRecord[], gone) {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { account, name } of gone) remove.run(account, name);
        for (const profile of changed)
          put.run(profile.account, profile.name, Math.round(profile.updatedAt), JSON.stringify(profile));
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    turn({ account, name }, to) {
      (to === 'off' ? turnOff : turnOn).run(account, name);
    },
    [Symbol.dispose]: () => database.close(),
  };
}
