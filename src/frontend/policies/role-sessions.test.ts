import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { createAccount } from '../../store/credentials.ts';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import { roleDocument, roleKind } from './documents.ts';
import { openPolicies } from './open-policies.ts';

test('credentials of a role are good at another host as soon as what that host has of the store says so', async () => {
  await using undo = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'heddle-roles-'));
  undo.defer(() => rm(home, { recursive: true, force: true }));
  const store = undo.use(openSqliteStore(home));
  const { account } = await createAccount(store, 1);
  const role = {
    account,
    name: 'deployer',
    description: '',
    policies: [],
    trust: { accounts: [account], oidc: [] },
    sessionSecondsMax: 3_600,
    revokedBefore: 0,
    createdAt: 0,
  };
  await store.documents.put(account, roleKind, role.name, roleDocument(role));
  // Two hosts, of one of which nobody has told the other yet what it has given.
  const [one, other] = [openPolicies(store, systemClock), openPolicies(store, systemClock)];
  const given = await one.roleSessions.take({ role, session: 's', seconds: 900, policies: [] });
  const found = await other.store.accounts.key(given.accessKeyId);
  assert.equal(found?.sessionToken, given.sessionToken);
  await one.roleSessions.revoke(account, role.name);
  other.roleSessions.reread(account, given.accessKeyId);
  assert.equal(await other.store.accounts.key(given.accessKeyId), undefined);
});
