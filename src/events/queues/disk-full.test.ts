import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFullError } from '../../store/durable/contracts/durable-store.ts';
import { openTestQueues } from './testing/test-queues.ts';

const queue = { account: '123456789012', name: 'q' };

/** A small file system of its own, or why there is none. */
function smallDisk(): { readonly path: string; readonly end: () => void } | string {
  if (process.getuid?.() !== 0) return 'a file system can be mounted by root only';
  const path = mkdtempSync(join(tmpdir(), 'heddle-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    return `no file system can be mounted here: ${String(error)}`;
  }
  const end = (): void => {
    execFileSync('umount', ['--lazy', path]);
    rmSync(path, { recursive: true });
  };
  return { path, end };
}

const disk = smallDisk();

test(
  'on a full disk what is sent is refused in words, nothing is lost, and it goes on when there is space',
  { skip: typeof disk === 'string' ? disk : false },
  async () => {
    assert(typeof disk !== 'string');
    const ballast = join(disk.path, 'ballast');
    try {
      await using opened = openTestQueues(disk.path);
      const { inside, admin } = opened.queues;
      await admin.create(queue, {}, {});
      writeFileSync(ballast, Buffer.alloc(4_000_000));
      const sent: string[] = [];
      let refusals = 0;
      // Several at once, so that some are written together with one that finds no space.
      for (let n = 0; refusals < 20; n += 1)
        await Promise.all(
          ['a', 'b', 'c'].map(async (letter) => {
            const body = `${letter}${n} ${'x'.repeat(10_000)}`;
            try {
              await inside.send(queue, { body });
              sent.push(body);
            } catch (error) {
              assert(error instanceof StoreFullError, String(error));
              refusals += 1;
            }
          }),
        );
      assert(sent.length > 100);
      rmSync(ballast);
      await inside.send(queue, { body: 'after' });
      sent.push('after');
      const got: string[] = [];
      for (;;) {
        const messages = await inside.receive(queue, { max: 10, waitMs: 0 });
        if (messages.length === 0) break;
        got.push(...messages.map(({ body }) => body));
        await inside.delete(queue, messages);
      }
      assert.deepEqual(new Set(got), new Set(sent));
      assert.equal(got.length, sent.length);
    } finally {
      disk.end();
    }
  },
);
