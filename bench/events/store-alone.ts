// The durable store without a service round it: so many callers accept events, each the next when the last is on the disk. Arguments: home, callers,
// milliseconds. Prints what it took of each, milliseconds, as JSON.
import { openDurableStore } from '../../src/store/durable/open.ts';

const [home = '', callers = '16', forMs = '1000'] = process.argv.slice(2);
const payload = new TextEncoder().encode('{"n":1,"text":"a small event, as most are"}');
const room = { eventsMax: 10_000_000, bytesMax: 1e12 };
const tookMs: number[] = [];
await using store = openDurableStore(home);
await store.parts.events.lines({ nowMs: Date.now() });
const startedAt = performance.now();

async function caller(which: number): Promise<void> {
  for (let n = 0; performance.now() - startedAt < Number(forMs); n += 1) {
    const from = performance.now();
    const requestId = `${which}-${n}`;
    const event = { account: '000000000000', line: 'f', requestId, acceptedMs: Date.now(), payload, detail: '' };
    await store.parts.events.accept({ event, room });
    tookMs.push(performance.now() - from);
  }
}

await Promise.all(Array.from({ length: Number(callers) }, (_, which) => caller(which)));
process.stdout.write(JSON.stringify({ tookMs, seconds: (performance.now() - startedAt) / 1_000 }));
