import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { systemClock, type Clock } from '../../model/clock.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { CodeMissingError, type CodeStore } from '../../store/contract.ts';
import { rawZip } from '../../store/testing/raw-zip.ts';
import type { Lease } from '../contract.ts';
import { connectTo } from '../log/testing/connect.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { clusterCodeStore, type ClusterCodeParts } from './cluster-code-store.ts';
import { CodeObjects } from './code-objects.ts';

const bucket = 'OBJ_HEDDLE_CODE';
const zip = (text: string): Buffer => rawZip([{ name: 'index.mjs', data: Buffer.from(text), deflate: true }]);

describe("a cluster's code", () => {
  let nats: TestNats;
  let connection: NatsConnection;
  let folder: string;
  let hosts = 0;

  before(async () => {
    nats = await startNatsServers(1);
    connection = await connectTo(nats.settings);
    folder = await mkdtemp(join(tmpdir(), 'heddle-code-'));
  });
  after(async () => {
    await connection?.close();
    await nats?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function host(changes: Partial<ClusterCodeParts> = {}): Promise<CodeStore & { readonly local: CodeStore }> {
    const local = await openCodeStore({ folder: join(folder, `${(hosts += 1)}`), clock: changes.clock ?? systemClock });
    const nobody = async (): Promise<never> => {
      throw new CodeMissingError('Nobody has it.');
    };
    const parts: ClusterCodeParts = {
      local,
      objects: new CodeObjects({ connection }, 1),
      readFrom: nobody,
      others: () => [],
      leases: { take: async () => aLease },
      clock: systemClock,
      ...changes,
    };
    return { ...clusterCodeStore(parts), local };
  }

  test('what one host was given, another has, compiled by none', async () => {
    const [one, two] = [await host(), await host()];
    using code = await one.put(zip('one'));
    await assert.rejects(two.local.read(code.sha256), CodeMissingError);
    const all = await Promise.all([two.read(code.sha256), two.read(code.sha256), two.zipFile(code.sha256)]);
    assert.equal(Buffer.from(all[0].files[0]?.data ?? []).toString(), 'one');
    assert.equal((await two.local.read(code.sha256)).sha256, code.sha256);
    assert.equal(await two.readCompiled(code.sha256, 'python3.13'), undefined);
  });

  test('what nobody has is missing', async () => {
    const one = await host();
    await assert.rejects(one.read('AAAA='), CodeMissingError);
  });

  test('what the cluster has lost is had from a host', async () => {
    const one = await host();
    const bytes = zip('lost');
    using code = await one.local.put(bytes);
    const two = await host({ others: () => ['h-gone', 'h-one'], readFrom: async (from) => given(from, bytes) });
    assert.equal((await two.read(code.sha256)).sha256, code.sha256);
  });

  test('code that is not what it is called is refused', async () => {
    const liar = await host({ others: () => ['h-one'], readFrom: async () => zip('other') });
    await assert.rejects(liar.read('BBBB='), CodeMissingError);
  });

  test('code that no record names goes when its grace is over, also from the cluster, and what is named stays', async () => {
    let now = 0;
    const clock: Clock = { ...systemClock, now: () => now, wall: () => Date.now() + now };
    const one = await host({ clock });
    const named = await one.put(zip('named'));
    const gone = await one.put(zip('gone'));
    for (const code of [named, gone]) code[Symbol.dispose]();
    const names = async (): Promise<number> => {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      const info = await manager.streams.info(bucket, { subjects_filter: '$O.HEDDLE_CODE.C.>' });
      return Object.keys(info.state.subjects ?? {}).length;
    };
    const before = await names();
    await one.collect(new Set([named.sha256]));
    assert.equal(await names(), before);
    now += 1_900_000;
    await one.collect(new Set([named.sha256]));
    const two = await host();
    await assert.rejects(two.read(gone.sha256), CodeMissingError);
    assert.equal((await two.read(named.sha256)).sha256, named.sha256);
  });
});

const aLease: Lease = {
  name: 'code-collector',
  epoch: 1n,
  valid: true,
  over: new AbortController().signal,
  settled: async () => true,
  release: async () => undefined,
};

async function given(host: string, bytes: Buffer): Promise<Buffer> {
  if (host === 'h-gone') throw new CodeMissingError('It is gone.');
  return bytes;
}
