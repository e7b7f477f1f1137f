import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { recordOf, testAccount } from '../../store/testing/record-of.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { openClusterStore } from './open-state.ts';
import { openOwnLog } from './same-history.ts';

const logger = pino({ level: 'silent' });

test('a host that has more than its cluster begins nothing: it is the mirror of another log', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-state-'));
  try {
    const own = new MemoryLog();
    const first = await openClusterStore({ home, openLog: async () => own, logger });
    await first.accounts.create(
      { id: testAccount, createdAt: 5, name: '', operator: true, limits: {} },
      { accessKeyId: 'AKIA', secretAccessKey: 'secret', account: testAccount, createdAt: 6 },
    );
    await first.functions.create(recordOf('kept'));
    await first[Symbol.asyncDispose]();
    const again = await openClusterStore({ home, openLog: async () => own, logger });
    assert.ok((await again.functions.get(testAccount, 'kept')) !== undefined);
    await again[Symbol.asyncDispose]();
    await assert.rejects(
      openClusterStore({ home, openLog: async () => new MemoryLog(), oldEndMsMax: 0, logger }),
      /only up to 0: they were set up anew, or restored from a backup\. Start this host with an empty home/,
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test('a leader that tells an old end for a moment is asked again', async () => {
  const log = new MemoryLog();
  await log.append(new Uint8Array(), 0n);
  const ends = [0n, 0n];
  const tail = log.tail.bind(log);
  log.tail = async () => ends.shift() ?? (await tail());
  const has = await tail();
  const mirror = { position: has };
  const opened = await openOwnLog(
    { mirror, openLog: async () => log, oldEndMsMax: 60_000 },
    new AbortController().signal,
  );
  assert.equal(opened.tail, has);
  assert.equal(ends.length, 0);
});
