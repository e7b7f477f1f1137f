/*
 * Writes notes to a durable store for ever, eight at a time, and says on its output which were acknowledged: the process that the crash
 * test kills. Argument: the home.
 */
import { openDurableStore } from '../open.ts';

const [home = ''] = process.argv.slice(2);
const { parts } = openDurableStore(home);
let next = 0;
async function write(): Promise<never> {
  for (;;) {
    const n = next++;
    await parts.notes.put({ name: `n${n}`, text: String(n) });
    process.stdout.write(`${n}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, write));
