import assert from 'node:assert/strict';
import type { GuestContainer } from '../guest.ts';
import { invoke } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

const heldMb = 64;
/** What a runtime without user code needs for itself; its program, mapped from a file, is larger than that. */
const bareMbMax = 40;

/** What an invocation says of the memory it used. */
export function memory(subject: Subject): void {
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
  });
}

async function peakMb(container: GuestContainer, event: number): Promise<number> {
  const { answer } = await invoke(container, event);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.memoryPeakMb;
}
