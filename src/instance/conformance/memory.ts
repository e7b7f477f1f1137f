import assert from 'node:assert/strict';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf, invoke } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

const heldMb = 64;
/** What a runtime without user code needs for itself; its program, mapped from a file, is larger than that. */
const bareMbMax = 40;

/** What an invocation says of the memory it used. */
export function memory(subject: Subject): void {
  storage(subject);
  cleanTest(subject, "an invocation's memory is its own, not the program's that runs it", async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `let held; export const handler = async (mb) => { held = Buffer.alloc(mb * 1048576, 1); };`,
    );
    const bareMb = await peakMb(container, 0);
    assert.ok(bareMb > 2 && bareMb < bareMbMax, `${bareMb} MiB before anything is held`);
    const moreMb = (await peakMb(container, heldMb)) - bareMb;
    assert.ok(moreMb >= heldMb - 8 && moreMb < heldMb + bareMbMax, `${moreMb} MiB more with ${heldMb} MiB held`);
    await container.kill();
    const { memoryPeakMb: seenMb = 0 } = await container.exited;
    assert.ok(
      seenMb >= heldMb && seenMb < heldMb + 2 * bareMbMax,
      `${seenMb} MiB seen from outside when it was killed`,
    );
  });
}

/** What a function finds at `/tmp` that asked for more than all have. */
function storage(subject: Subject): void {
  cleanTest(
    subject,
    'a /tmp that was asked for has its size, is nobody else’s, and is not part of the memory',
    async () => {
      await using booted = await bootGuest(subject);
      const source = `import fs from 'node:fs';
      export const handler = async (mb) => {
        const there = fs.readdirSync('/tmp');
        const fd = fs.openSync('/tmp/large', 'a');
        let full;
        try { for (const data = Buffer.alloc(1048576, 1); mb > 0; mb--) fs.writeSync(fd, data); } catch ({ code }) { full = code; }
        const { blocks, bsize } = fs.statfsSync('/tmp');
        // For longer than it takes those who look.
        await new Promise((resolve) => setTimeout(resolve, 400));
        return { there, full, sizeMb: blocks * bsize / 1048576 };
      };`;
      const bundle = bundleOf(source);
      const asking = async (container: GuestContainer, storageMb: number | undefined): Promise<GuestContainer> => {
        await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf({ memoryMb: 128 }), { storageMb });
        return container;
      };
      const large = await asking(booted.first, 600);
      const usual = await asking(booted.second, undefined);
      assert.deepEqual(await call(large, 500), { there: [], sizeMb: 600 });
      assert.deepEqual(await call(large, 200), { there: ['large'], full: 'ENOSPC', sizeMb: 600 });
      assert.deepEqual(await call(usual, 1), { there: [], sizeMb: 512 });
    },
  );
}

async function peakMb(container: GuestContainer, event: number): Promise<number> {
  const { answer } = await invoke(container, event);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.memoryPeakMb;
}
