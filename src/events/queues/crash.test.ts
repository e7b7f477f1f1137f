import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openTestQueues } from './testing/test-queues.ts';

const account = '123456789012';
const kills = 3;
const linesEach = 300;

/** Lets a process send and delete until it has said enough, and kills it in the midst of it. */
async function killSender(home: string, onLine: (line: string) => void): Promise<void> {
  const script = join(import.meta.dirname, 'testing/sender.ts');
  const sender = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  let lines = 0;
  for await (const line of createInterface({ input: sender.stdout })) {
    onLine(line);
    if ((lines += 1) === linesEach) sender.kill('SIGKILL');
  }
  if (sender.exitCode === null && sender.signalCode === null) await once(sender, 'exit');
  assert.equal(sender.signalCode, 'SIGKILL');
}

test('after kill -9 in the midst of it, what was sent is there, what was deleted is not, and each group is in its order', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-queues-'));
  const sent = new Set<string>();
  const deleted = new Set<string>();
  try {
    for (let n = 0; n < kills; n += 1)
      await killSender(home, (line) => {
        const [what, ...body] = line.split(' ');
        (what === 'sent' ? sent : deleted).add(body.join(' '));
      });
    // What was received by the one that was killed becomes visible again later: time is moved to then.
    const later = {
      now: () => performance.now(),
      wall: () => Date.now() + 120_000,
      timer: () => ({ [Symbol.dispose]: () => undefined }),
    };
    await using opened = openTestQueues(home, 'eu-west-1', later);
    const { inside, admin } = opened.queues;
    const left = new Set<string>();
    const last = new Map<string, number>();
    for (const name of ['standard', 'order.fifo']) {
      const queue = { account, name };
      for (;;) {
        const messages = await inside.receive(queue, { max: 10, waitMs: 0, visibilityMs: 3_600_000 });
        if (messages.length === 0) break;
        for (const { body } of messages) {
          assert(!left.has(body), `${body} was given twice`);
          left.add(body);
          const [from, pid, worker, n] = body.split(' ');
          if (name !== 'order.fifo') continue;
          const group = `${from} ${worker} ${pid}`;
          assert(Number(n) > (last.get(group) ?? -1), `${body} came after one that was sent later`);
          last.set(group, Number(n));
        }
        await inside.delete(queue, messages);
      }
      const { depth } = await admin.get(queue);
      assert.deepEqual([depth.ready, depth.inFlight, depth.delayed, depth.bytes], [0, 0, 0, 0], name);
    }
    // What was being sent, or deleted, when it was killed is there or is not: nobody was told anything.
    for (const body of sent) assert(left.has(body) || deleted.has(body) || beingDeleted(body), `${body} is lost`);
    for (const body of deleted) assert(!left.has(body), `${body} is there although it was deleted`);
    function beingDeleted(body: string): boolean {
      const lost = [...sent].filter((one) => !left.has(one) && !deleted.has(one));
      // Each process deletes one of each queue at a time.
      return lost.length <= 2 * kills && lost.includes(body);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
