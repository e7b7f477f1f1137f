import { join } from 'node:path';
import { deployEcho, invokePath } from './functions.ts';
import { runPinned, startPinned } from './process.ts';
import { region, signedText, startService } from './service.ts';
import { summarise, type Summary } from './statistics.ts';

/** One server under one load. */
export interface RoundTrip {
  readonly server: string;
  readonly latencyUs: Summary;
  readonly perSecond: number;
}

/** Where the processes run: `taskset` lists for the server side and for the load generator. */
export interface Pinning {
  readonly name: string;
  readonly servers: string;
  readonly load: string;
}

export interface Load {
  readonly connections: number;
  /** Before the first round, until V8 has compiled what runs: so many requests, or so much time. */
  readonly warmUpRequests: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Each server is measured so often, in turns, and the best round counts: the machine's noise only ever slows. */
  readonly rounds: number;
}

/** Before later rounds: for what has cooled down meanwhile. */
const warmUpMsAgain = 500;

const peer = (name: string): string => join(import.meta.dirname, 'peers', `${name}.ts`);
const body = '{"n":1,"text":"a small event, as most are"}';

function plain(port: string, path = '/'): string {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/**
 * Warm round trips through HTTP: a bare `node:http` server, a bare hop to a second process, Piscina, the hop with the parts
 * that a Lambda API cannot do without, and Heddle with each of `drivers`, all up at once and measured in turns.
 */
export async function benchRoundTrip(drivers: readonly string[], pinning: Pinning, load: Load): Promise<RoundTrip[]> {
  await using stack = new AsyncDisposableStack();
  const targets: { server: string; port: number; request: string }[] = [];
  const workers = String(Math.min(load.connections, 4));
  for (const [server, name] of [
    ['node:http', 'http'],
    ['node:http + hop', 'hop'],
    ['node:http + Piscina', 'piscina'],
  ] as const) {
    const started = stack.use(await startPinned(pinning.servers, [peer(name), workers]));
    targets.push({ server, port: Number(started.firstLine), request: plain(started.firstLine) });
  }
  const credentials = { accessKeyId: 'AKIABENCH', secretAccessKey: 'of the benchmark' };
  const signedHop = [peer('signed-hop'), workers, ...Object.values(credentials), region];
  const signedPort = Number(stack.use(await startPinned(pinning.servers, signedHop)).firstLine);
  const signed = await signedText(credentials, signedPort, '/f', body);
  targets.push({ server: 'fastify + SigV4 + hop', port: signedPort, request: signed });
  for (const driver of drivers) {
    const service = stack.use(await startService(pinning.servers, driver, { warm: ['nodejs24.x-256=1'] }));
    await deployEcho(service, 'echo', 256);
    const request = await service.sign('POST', invokePath('echo'), body);
    targets.push({ server: `heddle (${driver})`, port: service.port, request });
  }

  const best = new Map<string, RoundTrip>();
  for (let round = 0; round < load.rounds; round += 1)
    for (const { server, port, request } of targets) {
      const warmUp = round === 0 ? {} : { warmUpMs: warmUpMsAgain };
      const result = await measure({ ...load, ...warmUp, port, request }, pinning.load, server);
      const before = best.get(server);
      if (before === undefined || result.latencyUs.p50 < before.latencyUs.p50) best.set(server, result);
    }
  return [...best.values()];
}

async function measure(
  plan: Load & { port: number; request: string },
  cpus: string,
  server: string,
): Promise<RoundTrip> {
  const printed = await runPinned(cpus, [join(import.meta.dirname, 'load.ts'), JSON.stringify(plan)]);
  const answer: { requests: number; seconds: number; latenciesUs: number[] } = JSON.parse(printed);
  return { server, latencyUs: summarise(answer.latenciesUs), perSecond: answer.requests / answer.seconds };
}
