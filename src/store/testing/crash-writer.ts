/*
 * Writes functions and updates to a store for ever, and says on its output what was acknowledged: the process that the
 * crash test kills. Arguments: the home, the account.
 */
import { writeSync } from 'node:fs';
import { recordOf } from './record-of.ts';
import { openSqliteStore } from '../sqlite/open.ts';

const [home = '', account = ''] = process.argv.slice(2);
const store = openSqliteStore(home);
writeSync(1, 'open\n');
for (let i = 0; ; i++) {
  const name = `f${i}`;
  await store.functions.create(recordOf(name, { account, revisionId: 'first' }));
  await store.functions.update(account, name, (current) => ({
    ...current,
    latest: { ...current.latest, revisionId: `changed-${i}` },
  }));
  writeSync(1, `${i}\n`);
}
