import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { ProfileRecord } from '../../model/call-profiles.ts';
import { openProfileStore } from './profile-store.ts';

const home = mkdtempSync(join(tmpdir(), 'heddle-profiles-'));
after(() => rmSync(home, { recursive: true, force: true }));

const profile: ProfileRecord = {
  account: '000000000001',
  name: 'f',
  runs: 3,
  codeSha256: 'x',
  updatedAt: 5,
  edges: [
    {
      name: 'g',
      qualifier: 'live',
      kinds: ['call', 'event'],
      hits: 2,
      calls: 4,
      together: 2,
      delayMs: 30,
      spreadMs: 3,
      useful: 1,
      wasted: 0,
    },
  ],
  hosts: [{ host: 'api.example.com', connections: 2 }],
};

test('profiles and switches are kept; what cannot be read is as if it never was', () => {
  {
    using store = openProfileStore(home);
    store.write([profile, { ...profile, name: 'gone' }, { ...profile, name: 'broken' }], []);
    store.write([{ ...profile, runs: 4 }], [{ account: profile.account, name: 'gone' }]);
    store.turn({ account: '1', name: '' }, 'off');
    store.turn({ account: '1', name: 'f' }, 'off');
    store.turn({ account: '1', name: 'f' }, 'on');
  }
  const database = new DatabaseSync(join(home, 'profiles.sqlite'));
  database.exec(
    `UPDATE profile SET content = '{"account":"000000000001","name":"broken","runs":-1}' WHERE function = 'broken'`,
  );
  database.close();
  using store = openProfileStore(home);
  assert.deepEqual(store.read(), { profiles: [{ ...profile, runs: 4 }], off: [{ account: '1', name: '' }] });
});
