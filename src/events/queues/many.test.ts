import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** HEDDLE_QUEUE_MESSAGES=1000000 is the long form. */
const messages = Number(process.env['HEDDLE_QUEUE_MESSAGES'] ?? 50_000);

/** So small a heap that a fraction of the messages would not fit, and that V8 has no reason to make it larger while it can. */
const heap = ['--expose-gc', '--max-old-space-size=64', '--max-semi-space-size=2'];

interface Measured {
  /** Resident memory after the first tenth, and after all, bytes. */
  readonly early: number;
  readonly late: number;
  readonly sendMs: number;
  readonly receiveMs: number;
  readonly purgeMs: number;
  readonly received: number;
}

test(`${messages} messages are stored, and some received, without memory growing with them`, async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-queues-'));
  try {
    const script = join(import.meta.dirname, 'testing/store-many.ts');
    const child = spawn(process.execPath, [...heap, script, home, String(messages)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await text(child.stdout);
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0);
    const measured: Measured = JSON.parse(said);
    t.diagnostic(said);
    assert.equal(measured.received, 10_000);
    // Of what a tenth took, all of it takes no more than a little more: it lies on the disk.
    assert(measured.late - measured.early < 48_000_000, said);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
