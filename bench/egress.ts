import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { errand, type Errand, type Found } from './egress-client.ts';
import type { Line } from './result.ts';
import type { Row } from './row.ts';
import { deployCode } from './service/functions.ts';
import { invokePath, startService, type BenchService } from './service/service.ts';
import { isQuiet, until } from './service/settle.ts';
import { median } from './statistics.ts';

const block = Buffer.alloc(1_048_576, 'x');
const heldMax = 1_000;
const holdMs = 4_000;
/** Of the same run, so that neither the bare process nor the function has the machine at a better time. */
const rounds = 3;

/**
 * Connections out of an instance beside the same ones of a bare process: connect and first byte, one stream, and what a thousand that are
 * held cost the service.
 */
export const egressRow: Row = {
  name: 'egress',
  about: 'connections of a function beside those of a bare process',
  run: async function* ({ builds, driver, full, note }) {
    const [build] = builds;
    if (build === undefined) return;
    const pouring = full ? 1_000 : 300;
    await using servers = await listening(pouring);
    const { greets, pours } = servers;
    const common = { greets, pours, held: 0, holdMs, bytes: 1, samples: full ? 300 : 100 };
    const egress = `host.heddle.internal:${greets} host.heddle.internal:${pours}`;
    await using service = await startService({ build, driver, config: { egress } });
    await deployCode(service, 'errand', `${text()}\nexports.handler = errand;\n`);
    const inside = (changes: Partial<Errand>): Promise<Found> =>
      ask(service, { ...common, host: 'host.heddle.internal', ...changes });
    await inside({ samples: 20, bytes: 1 }); // compiled, and the name known
    const seen: { readonly bare: Found; readonly heddle: Found }[] = [];
    for (let round = 0; round < rounds; round += 1)
      seen.push({ bare: await bare({ ...common, host: '127.0.0.1' }), heddle: await inside({}) });
    yield line('connect and first byte, p50', 'ms', seen, ({ connectMs }) => median(connectMs));
    yield line('one stream', 'MB/s', seen, ({ megabytesPerSecond }) => megabytesPerSecond);
    await until(service, 'nothing is made or runs', isQuiet);
    const kib = await heldKib(service, (changes) => inside(changes));
    yield {
      what: `each of ${heldMax} connections that are held, in the service`,
      unit: 'KiB',
      values: { heddle: kib },
    };
    note(`One stream of ${pouring} MB; medians of ${rounds} rounds, in which bare process and function take turns.`);
  },
};

type Seen = readonly { readonly bare: Found; readonly heddle: Found }[];

function line(what: string, unit: string, seen: Seen, of: (found: Found) => number): Line {
  const [inside, alone] = [median(seen.map((one) => of(one.heddle))), median(seen.map((one) => of(one.bare)))];
  return { what, unit, values: { heddle: inside, 'bare process': alone, 'heddle ÷ bare process': inside / alone } };
}

/** Memory of the service's own process while so many are held, less before, for each. */
async function heldKib(service: BenchService, inside: (changes: Partial<Errand>) => Promise<Found>): Promise<number> {
  const few = { samples: 0, bytes: 0 };
  await inside({ ...few, held: heldMax, holdMs: 1 }); // what a first crowd leaves behind for the next is no cost of each
  const before = await residentKib(service.pid);
  const holding = inside({ ...few, held: heldMax });
  await new Promise((resolve) => setTimeout(resolve, holdMs / 2));
  const during = await residentKib(service.pid);
  await holding;
  return (during - before) / heldMax;
}

async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

async function ask(service: BenchService, what: Errand): Promise<Found> {
  const response = await service.call('POST', invokePath('errand'), JSON.stringify(what));
  const found: Found = JSON.parse(await response.text());
  if (found.connectMs === undefined) throw new Error(`The errand failed: ${JSON.stringify(found)}`);
  return found;
}

async function bare(what: Errand): Promise<Found> {
  const program = `${text()}\nerrand(${JSON.stringify(what)}).then((found) => console.log(JSON.stringify(found)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { maxBuffer: 1e7 });
  const found: Found = JSON.parse(stdout);
  return found;
}

function text(): string {
  return `const { once } = require('node:events'); const { connect } = require('node:net');\n${errand.toString()}`;
}

/** Servers on this machine's loopback: one greets, the other pours out so many megabytes. */
async function listening(
  megabytes: number,
): Promise<AsyncDisposable & { readonly greets: number; readonly pours: number }> {
  const greets = createServer((socket) => socket.on('error', () => undefined).write('x'));
  const pours = createServer((socket) => {
    let left = megabytes;
    const more = (): void => {
      while (left-- > 0) if (!socket.write(block)) return void socket.once('drain', more);
      socket.end();
    };
    socket.on('error', () => undefined).resume();
    more();
  });
  const [first = 0, second = 0] = await Promise.all([greets, pours].map(portOf));
  return {
    greets: first,
    pours: second,
    [Symbol.asyncDispose]: async () => {
      for (const server of [greets, pours]) server.close();
    },
  };
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}
