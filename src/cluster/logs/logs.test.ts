import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { LogEntry, LogStore } from '../../store/logs/contract.ts';
import { openLogStore } from '../../store/logs/log-store.ts';
import { HostBook, testHosts, type TestHost } from '../peers/testing/hosts.ts';
import { ClusterLogs } from './cluster-logs.ts';
import { serveLogs } from './serve-logs.ts';

interface Three {
  readonly logs: LogStore;
  /** Of each host, the first one's included. */
  readonly locals: readonly LogStore[];
  readonly hosts: readonly TestHost[];
  readonly known: HostBook;
}

/** Logs of three hosts as the first one reads them. */
async function three(undo: AsyncDisposableStack): Promise<Three> {
  const known = new HostBook();
  const hosts = await testHosts(3, undo, known);
  const locals = hosts.map(({ home, peers }) => {
    const local = undo.use(openLogStore({ folder: join(home, 'logs'), clock: systemClock }));
    serveLogs(peers, local);
    return local;
  });
  for (const host of hosts) await host.join();
  const [first] = hosts;
  const [local] = locals;
  assert.ok(first !== undefined && local !== undefined);
  const membership = known.seenBy(first.id);
  return { logs: new ClusterLogs({ local, peers: first.peers, membership, clock: systemClock }), locals, hosts, known };
}

const all = { sinceWallMs: 0, limit: 100 };

function texts(entries: readonly LogEntry[]): string[] {
  return entries.map(({ text }) => text);
}

test('what ran on several hosts is read on any of them, in order of time, the newest of it', async () => {
  await using undo = new AsyncDisposableStack();
  const { logs, locals } = await three(undo);
  for (let n = 0; n < 9; n++) {
    // Numbers grow with the clock's microseconds, of which one may have several.
    const before = systemClock.now();
    while (systemClock.now() - before < 2);
    locals[n % 3]?.append('a', 'f', { requestId: `r${n}`, text: `${n}\n`, times: [[0, n]], stream: 's' });
  }
  const read = await logs.read('a', 'f', all);
  assert.deepEqual(texts(read), ['0\n', '1\n', '2\n', '3\n', '4\n', '5\n', '6\n', '7\n', '8\n']);
  assert.deepEqual(read[4]?.times, [[0, 4]]);
  assert.deepEqual(texts(await logs.read('a', 'f', { ...all, limit: 2 })), ['7\n', '8\n']);
  assert.deepEqual(await logs.read('a', 'other', all), []);
  locals[1]?.printed('a', 'f', 'running', { text: 'so far\n', times: [[0, 1]] });
  assert.deepEqual([...(await logs.running('a', 'f'))], [['running', { text: 'so far\n', times: [[0, 1]] }]]);
  await logs.remove('a', 'f');
  assert.deepEqual(await logs.read('a', 'f', all), []);
});

test('who follows hears all hosts, what was before and what comes, each once', async () => {
  await using undo = new AsyncDisposableStack();
  const { logs, locals } = await three(undo);
  for (const [n, local] of locals.entries()) local.append('a', 'f', { requestId: `old${n}`, text: `old ${n}\n` });
  const leave = new AbortController();
  const heard: string[] = [];
  for await (const { text } of logs.follow('a', 'f', all, leave.signal)) {
    heard.push(text);
    if (heard.length === 3)
      for (const [n, local] of locals.entries()) {
        local.printed('a', 'f', `new${n}`, { text: `new ${n}\n`, times: [] });
        local.append('a', 'f', { requestId: `new${n}`, text: `new ${n}\nend ${n}\n` });
      }
    if (heard.length === 9) leave.abort();
  }
  const lines = [0, 1, 2].flatMap((n) => [`old ${n}\n`, `new ${n}\n`, `end ${n}\n`]);
  assert.deepEqual(heard.toSorted(), lines.toSorted());
});

test('of a host that gives no answer a line says so, and the others are read', async () => {
  await using undo = new AsyncDisposableStack();
  const { logs, locals, hosts } = await three(undo);
  locals[0]?.append('a', 'f', { requestId: 'r', text: 'here\n' });
  await hosts[2]?.peers[Symbol.asyncDispose]();
  const [first, second] = texts(await logs.read('a', 'f', all));
  assert.equal(first, 'here\n');
  assert.match(second ?? '', /^What ran on host h-0000000000000003 is missing here: /);
});
