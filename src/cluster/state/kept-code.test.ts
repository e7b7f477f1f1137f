import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { storedCodeBytes } from '../../model/accounts/stored-code.ts';
import { publishedVersion } from '../../model/functions/published-version.ts';
import { recordOf, testAccount } from '../../store/testing/record-of.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { openClusterStore, type ClusterStore } from './open-state.ts';

const account = testAccount;
const logger = pino({ level: 'silent' });
const refused = /Code storage limit exceeded/;

let folder: string;
const hosts: ClusterStore[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-kept-'));
  const log = new MemoryLog();
  for (const name of ['a', 'b'])
    hosts.push(await openClusterStore({ home: join(folder, name), openLog: async () => log, logger }));
  await host(0).accounts.create(
    { id: account, createdAt: 5, name: '', operator: true, limits: { codeBytes: 100 } },
    { accessKeyId: 'AKIA', secretAccessKey: 'secret', account, createdAt: 6 },
  );
});
after(async () => {
  for (const store of hosts) await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function host(n: number): ClusterStore {
  return hosts[n] ?? assert.fail();
}

/** Of two that are done at once on two hosts: one comes in, the other is refused. */
async function one(...both: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(both);
  const failed = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  assert.equal(failed.length, 1, `${failed.length} of ${both.length} were refused`);
  assert.match(String(failed[0]), refused);
}

test('of two uploads at two hosts at the same moment that are together more than an account may keep, one is refused', async () => {
  await one(...hosts.map((store, n) => store.functions.create(recordOf(`f${n}`, { codeBytes: 60 }))));
  const [kept] = await host(0).functions.list(account, '', 10);
  const { name } = kept?.latest ?? assert.fail();
  // Other code in the place of what there is, or a version of it.
  const grow = (n: number, codeBytes: number): Promise<unknown> =>
    host(n).functions.update(account, name, (record) => ({ ...record, latest: { ...record.latest, codeBytes } }));
  await grow(0, 40);
  const publish = (n: number): Promise<unknown> =>
    host(n).versions.publish(account, name, (record, newest, number) =>
      newest?.latest.codeBytes === record.latest.codeBytes
        ? newest
        : publishedVersion(record, { number, revisionId: 'r' }),
    );
  await one(grow(0, 90), publish(1));
  await assert.rejects(grow(0, 120), refused);
  // What makes it no larger is not refused, also where less may be kept by now than is.
  await host(1).accounts.setLimits(account, { codeBytes: 10 });
  await grow(0, 30);
  await publish(1).catch(() => undefined);
  assert.ok((await storedCodeBytes(host(0), account)) <= 100);
});
