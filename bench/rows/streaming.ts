import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { Build } from '../builds/build.ts';
import { here } from '../builds/build.ts';
import type { Line } from '../result.ts';
import type { Row } from '../row.ts';
import { deploy, deployCode } from '../service/functions.ts';
import { startPinned } from '../service/process.ts';
import { processorTime } from '../service/processor-time.ts';
import { type BenchService, invokePath, smallEvent, startService } from '../service/service.ts';
import { credentialsIn, sign } from '../service/sign.ts';
import { makeUrl } from '../service/urls.ts';
import { median } from '../statistics.ts';

const streamMb = 200;
const code = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const mb = event.mb ?? Number(event.queryStringParameters?.mb);
  if (!(mb > 0)) return void stream.end(JSON.stringify(event));
  const chunk = Buffer.alloc(65_536, 'x');
  for (let n = 0; n < mb * 16; n++) if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve));
  stream.end();
});
`;
/** What passes on as much with less: node:http alone, and a relay as Heddle is one, in the formats of a URL and of the API. */
const peers = {
  'node:http': ['http-stream.ts'],
  relay: ['relay-stream.ts'],
  'relay, event stream': ['relay-stream.ts', 'events'],
} as const;

/** A request that is sent again and again on one connection. */
interface Ready {
  readonly who: string;
  /** Whose processor time it takes. */
  readonly of: { readonly pid: number; readonly home: string };
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent: Agent;
}

/** What one answer took, from its request to its first byte and to its end, ms. */
interface Took {
  readonly firstMs: number;
  readonly allMs: number;
  readonly bytes: number;
}

/** What all of a large stream took. */
interface Streamed {
  readonly perSecond: number;
  /** Processor time of who made it, and of this process, which reads it, ms. */
  readonly processorMs: number;
  readonly clientMs: number;
}

function send({ who, port, path, headers, body, agent }: Ready): Promise<Took> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (response) => {
      let bytes = 0;
      let firstMs = 0;
      response.on('data', (part: Buffer) => {
        if (bytes === 0) firstMs = performance.now() - sentAt;
        bytes += part.length;
      });
      response.on('error', reject);
      if (response.statusCode !== 200) reject(new Error(`${who} answered ${response.statusCode} to ${path}.`));
      response.on('end', () => resolve({ firstMs, allMs: performance.now() - sentAt, bytes }));
    });
    sent.on('error', reject).end(body);
  });
}

async function signed(who: string, service: BenchService, path: string, body: string): Promise<Ready> {
  const { port, home } = service;
  const credentials = await credentialsIn(join(home, 'credentials'));
  const { headers } = await sign(credentials, new URL(path, `http://127.0.0.1:${port}`), 'POST', body);
  return { who, of: service, port, path, headers, body, agent: new Agent({ keepAlive: true }) };
}

const streamPath = (name: string): string => `/2021-11-15/functions/${name}/response-streaming-invocations`;

/** A build's own, ready: the first byte of a stream beside all of an answer that is not one, and large streams. */
async function ofBuild(
  stack: AsyncDisposableStack,
  build: Build,
  driver: string,
): Promise<{ readonly small: readonly Ready[]; readonly large: readonly Ready[] }> {
  const service = stack.use(await startService({ build, driver }));
  await deploy(service, 'whole');
  await deployCode(service, 'stream', code);
  const small = [
    await signed(`${build.name}, whole`, service, invokePath('whole'), smallEvent),
    await signed(`${build.name}, streamed`, service, streamPath('stream'), smallEvent),
  ];
  const large = [
    await signed(build.name, service, streamPath('stream'), JSON.stringify({ mb: streamMb })),
    ...(build === here ? [await byUrl(`${build.name}, URL`, service)] : []),
  ];
  return { small, large };
}

/** By its path, as names that end in `localhost` are not known everywhere. */
async function byUrl(who: string, service: BenchService): Promise<Ready> {
  const { hostname } = await makeUrl(service, 'stream', 'RESPONSE_STREAM');
  const path = `/heddle/url/${hostname.split('.')[0]}/?mb=${streamMb}`;
  return { who, of: service, port: service.port, path, headers: {}, body: '', agent: new Agent({ keepAlive: true }) };
}

async function ofPeer(stack: AsyncDisposableStack, who: keyof typeof peers): Promise<Ready> {
  const [file, ...args] = peers[who];
  const { pid, firstLine } = stack.use(
    await startPinned(undefined, [join(import.meta.dirname, '..', 'peers', file), ...args]),
  );
  const port = Number(firstLine);
  const agent = new Agent({ keepAlive: true });
  return { who, of: { pid, home: '' }, port, path: `/${streamMb}`, headers: {}, body: '', agent };
}

async function stream(ready: Ready): Promise<Streamed> {
  const [before, ownBefore] = [await processorTime(ready.of), process.cpuUsage()];
  const { allMs, bytes } = await send(ready);
  const own = process.cpuUsage(ownBefore);
  const after = await processorTime(ready.of);
  if (bytes < streamMb * 1_048_576) throw new Error(`${ready.who}: ${streamMb} MB ended after ${bytes} bytes.`);
  return {
    perSecond: (streamMb * 1_000) / allMs,
    processorMs: after.serviceMs + after.instancesMs - before.serviceMs - before.instancesMs,
    clientMs: (own.user + own.system) / 1_000,
  };
}

/** Whether a build is new enough. */
async function streams(small: readonly Ready[]): Promise<boolean> {
  return await Promise.all(small.map(send)).then(
    () => true,
    () => false,
  );
}

/** The middle of each one's rounds as a line of a table. */
function lineOf<T>(what: string, unit: string, seen: ReadonlyMap<string, readonly T[]>, of: (one: T) => number): Line {
  return { what, unit, values: Object.fromEntries([...seen].map(([who, all]) => [who, median(all.map(of))])) };
}

/** Each in turns, `rounds` times after `unseen` times that do not count. */
async function inTurns<T>(
  all: readonly Ready[],
  unseen: number,
  rounds: number,
  measure: (ready: Ready) => Promise<T>,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const seen = new Map<string, T[]>(all.map(({ who }) => [who, []]));
  for (let n = 0; n < unseen + rounds; n += 1)
    for (const ready of all) {
      const one = await measure(ready);
      if (n >= unseen) seen.get(ready.who)?.push(one);
    }
  return seen;
}

/** The first byte of a streamed answer beside all of one that is not, and a large stream beside those of peers, in turns. */
export const streamingRow: Row = {
  name: 'streaming',
  about: `the first byte of a streamed answer, and ${streamMb} MB of one, beside node:http and a bare relay`,
  run: async function* ({ builds, driver, full, note }) {
    const [calls, rounds] = full ? [3_000, 15] : [600, 7];
    await using stack = new AsyncDisposableStack();
    const ours = [];
    for (const build of builds) {
      const one = await ofBuild(stack, build, driver);
      if (build === here || (await streams(one.small))) ours.push(one);
      else note(`${build.name} does not stream.`);
    }
    const small = ours.flatMap((one) => one.small);
    const first = await inTurns(small, calls / 2, calls, async (ready) => {
      const { firstMs, allMs } = await send(ready);
      return ready.who.endsWith('whole') ? allMs : firstMs;
    });
    yield lineOf('first byte, or the whole answer: p50', 'ms', first, (ms) => ms);

    const large = ours.flatMap((one) => one.large);
    for (const who of ['node:http', 'relay', 'relay, event stream'] as const) large.push(await ofPeer(stack, who));
    const seen = await inTurns(large, 3, rounds, stream);
    const what = `${streamMb} MB`;
    yield lineOf(`${what}: throughput`, 'MB/s', seen, ({ perSecond }) => perSecond);
    yield lineOf(`${what}: processor time`, 'ms', seen, ({ processorMs }) => processorMs);
    yield lineOf(`${what}: processor time of the client`, 'ms', seen, ({ clientMs }) => clientMs);
  },
};
