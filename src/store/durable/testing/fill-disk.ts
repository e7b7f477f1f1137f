/*
 * Fills the disk of a folder with events until no more are accepted, ends all that were, and accepts one more: what the test of a full disk
 * runs in a process of its own, which has a small one. Prints what came of it.
 */
import { writeSync } from 'node:fs';
import type { NewEvent } from '../contracts/events.ts';
import { openDurableStore } from '../open.ts';

const [home = ''] = process.argv.slice(2);
await using store = openDurableStore(home);
const { events } = store.parts;
const room = { eventsMax: 1_000_000, bytesMax: 1_000_000_000 };
const event = (requestId: string): NewEvent => {
  const payload = new Uint8Array(50_000);
  return { account: '000000000000', line: 'f', requestId, acceptedMs: 1, payload, detail: '' };
};
const ids: number[] = [];

async function accept(requestId: string): Promise<string> {
  try {
    const accepted = await events.accept({ event: event(requestId), room });
    if (accepted.kind === 'accepted') ids.push(accepted.id);
    return accepted.kind;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

let refused = '';
for (let n = 0; refused === ''; n++) {
  const outcome = await accept(`r${n}`);
  if (outcome !== 'accepted') refused = outcome;
}
const accepted = ids.length;
let ended = 0;
for (const id of ids.splice(0)) {
  await events.end({ id, endedMs: 2, condition: 'Success', next: [] }, 'process');
  ended += 1;
}
// How full it is, is asked now and then only.
let again = '';
for (let n = 0; n < 100 && again !== 'accepted'; n++) again = await accept(`again ${n}`);
writeSync(1, JSON.stringify({ accepted, refused, ended, again }));
