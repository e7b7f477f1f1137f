import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { publishedVersion } from '../../model/functions/published-version.ts';
import type { ChangedRow } from '../../store/changes-contract.ts';
import { newKey } from '../../store/credentials.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';
import { changedElsewhere } from './changed-elsewhere.ts';

interface Host extends AsyncDisposable {
  readonly frontend: TestFrontend;
  readonly deployed: string[];
  /** Tells it what was written behind its back. */
  readonly told: (...rows: readonly ChangedRow[]) => Promise<void>;
}

/** A frontend in whose store others write; it has the function `f`. */
async function startHost(): Promise<Host> {
  const deployed: string[] = [];
  let follow: ((rows: readonly ChangedRow[]) => Promise<void>) | undefined;
  const frontend = await startTestFrontend({
    deployed: ({ name, version }) => void deployed.push(`${name}:${version}`),
    replicated: (parts) => void (follow = changedElsewhere(parts)),
  });
  await frontend.client().send(
    new CreateFunctionCommand({
      FunctionName: 'f',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: await zipOf({ 'index.mjs': 'export const handler = () => 1;' }) },
    }),
  );
  deployed.length = 0;
  return {
    frontend,
    deployed,
    told: (...rows) => follow?.(rows) ?? assert.fail('The frontend told nobody whom to tell.'),
    [Symbol.asyncDispose]: () => frontend[Symbol.asyncDispose](),
  };
}

test('a function that another host has changed is made ready, and what was its revision is let go', async () => {
  await using host = await startHost();
  const { store, key, workerManager } = host.frontend;
  const changed = await store.functions.update(key.account, 'f', (current) => ({
    ...current,
    latest: { ...current.latest, revisionId: 'theirs' },
    state: { status: 'Active' },
    update: { status: 'Successful' },
  }));
  assert.ok(changed !== undefined);
  await host.told({ table: 'functions', key: [key.account, 'f'] });
  assert.deepEqual(host.deployed, ['f:$LATEST']);
  assert.equal(workerManager.retired.at(-1)?.keepRevisionId, 'theirs');
});

test('a function or version that another host has deleted is let go', async () => {
  await using host = await startHost();
  const { store, key, workerManager } = host.frontend;
  const { account } = key;
  await store.versions.publish(account, 'f', (current, _newest, number) =>
    publishedVersion(current, { number, revisionId: 'r' }),
  );
  await host.told({ table: 'versions', key: [account, 'f', '1'] });
  assert.deepEqual(host.deployed, ['f:1']);
  await store.versions.delete(account, 'f', 1);
  await host.told({ table: 'versions', key: [account, 'f', '1'] });
  await store.functions.delete(account, 'f');
  await host.told({ table: 'functions', key: [account, 'f'] });
  assert.deepEqual(workerManager.removals, [
    { account, functionName: 'f', version: '1' },
    { account, functionName: 'f', version: undefined },
  ]);
});

test('what another host reserves and provisions holds here, and ends here', async () => {
  await using host = await startHost();
  const { store, key, workerManager } = host.frontend;
  const { account } = key;
  await store.versions.publish(account, 'f', (current, _newest, number) =>
    publishedVersion(current, { number, revisionId: 'r' }),
  );
  await store.settings.put(account, 'f', '', 'concurrency', { reserved: 7 });
  await store.settings.put(account, 'f', '1', 'provisioned', { requested: 2, modifiedAt: 1 });
  const rows: readonly ChangedRow[] = [
    { table: 'settings', key: [account, 'f', '', 'concurrency'] },
    { table: 'settings', key: [account, 'f', '1', 'provisioned'] },
  ];
  await host.told(...rows);
  assert.equal(workerManager.reserved.at(-1)?.concurrency, 7);
  assert.equal(workerManager.provisions.at(-1)?.parts[0]?.count, 2);
  await store.settings.delete(account, 'f', '', 'concurrency');
  await store.settings.delete(account, 'f', '1', 'provisioned');
  await host.told(...rows);
  assert.equal(workerManager.reserved.at(-1)?.concurrency, undefined);
  assert.deepEqual(workerManager.provisions.at(-1)?.parts, []);
});

test('a URL that another host has made leads to its function', async () => {
  await using host = await startHost();
  const { store, key, url } = host.frontend;
  const client = host.frontend.client();
  const { FunctionUrl = '' } = await client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: 'f', AuthType: 'NONE' }),
  );
  for (const Action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])
    await client.send(
      new AddPermissionCommand({
        FunctionName: 'f',
        StatementId: Action.replace(':', '-'),
        Action,
        Principal: '*',
        ...(Action.endsWith('Url') ? { FunctionUrlAuthType: 'NONE' } : { InvokedViaFunctionUrl: true }),
      }),
    );
  const document = store.settings.get(key.account, 'f', '', 'url');
  assert.ok(FunctionUrl !== '' && document !== undefined);
  const urlId = 'abcdefghijabcdefghijabcdefghij12';
  await store.settings.put(key.account, 'f', '', 'url', { ...document, urlId });
  const status = async (): Promise<number> => (await fetch(`${url}/heddle/url/${urlId}/`, { method: 'POST' })).status;
  assert.equal(await status(), 403);
  await host.told({ table: 'settings', key: [key.account, 'f', '', 'url'] });
  assert.equal(await status(), 200);
});

test('limits that another host has changed hold here, and an account that it has removed is forgotten', async () => {
  await using host = await startHost();
  const { store, key, workerManager } = host.frontend;
  await host.told({ table: 'accounts', key: [key.account] });
  assert.deepEqual(workerManager.limitsChanges, [key.account]);
  const other = '000000000009';
  const account = { id: other, createdAt: 1, name: 'other', operator: false, limits: {} };
  await store.accounts.create(account, newKey(other, 1));
  await store.accounts.remove(other);
  await host.told({ table: 'accounts', key: [other] }, { table: 'access_keys', key: ['AKIA'] });
  assert.deepEqual(workerManager.limitsChanges, [key.account, other]);
});

test('a policy that another host has changed bounds who has it in containers of its own', async () => {
  await using host = await startHost();
  const { store, key, workerManager } = host.frontend;
  const { account } = key;
  await store.functions.update(account, 'f', (current) => ({
    ...current,
    latest: { ...current.latest, policies: ['p'] },
  }));
  await store.documents.put(account, 'policy', 'p', { description: '', policy: { egress: 'none' }, createdAt: 1 });
  await host.told({ table: 'documents', key: [account, 'policy', 'p'] });
  assert.deepEqual(host.deployed, ['f:$LATEST']);
  const first = workerManager.retired.at(-1)?.keepRevisionId;
  await store.documents.put(account, 'policy', 'p', { description: '', policy: { egress: 'a.org:443' }, createdAt: 1 });
  await host.told({ table: 'documents', key: [account, 'policy', 'p'] });
  assert.notEqual(workerManager.retired.at(-1)?.keepRevisionId, first);
});
