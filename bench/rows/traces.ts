import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { startService, type ServiceOptions } from '../service/service.ts';
import { linesOf, measureInTurns, type Target, type WarmPlan } from './starts/warm.ts';

/** Takes what is exported and looks at nothing of it: what a receiver does with spans is not what is measured. */
const receiver = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** What traces cost: warm throughput of the same build without them, with one in a hundred kept, with all of them, and of the build before, by turns. */
export const tracesRow: Row = {
  name: 'traces',
  about: '16 connections, warm: no traces exported, one in a hundred, all of them, and the base beside it',
  drivers: ['host'],
  onRequest: true,
  run: async function* ({ builds: [own, ...before], driver, full }) {
    if (own === undefined) return;
    const plan: WarmPlan = full
      ? { connections: 16, warmUpAnswers: 20_000, warmUpMs: 10_000, roundMs: 3_000, rounds: 12 }
      : { connections: 16, warmUpAnswers: 10_000, warmUpMs: 4_000, roundMs: 1_200, rounds: 9 };
    await using stack = new AsyncDisposableStack();
    const worker = new Worker(receiver, { eval: true });
    stack.defer(async () => void (await worker.terminate()));
    const [port]: number[] = await once(worker, 'message');
    const otlpEndpoint = `http://127.0.0.1:${port}`;
    const targets: Target[] = [];
    const add = async (who: string, options: Pick<ServiceOptions, 'build' | 'config'>): Promise<void> => {
      const service = stack.use(await startService({ ...options, driver }));
      await deploy(service, 'echo');
      const request = await service.invocation('echo');
      targets.push({ who, port: service.port, pid: service.pid, home: service.home, request });
    };
    await add('no traces', { build: own });
    await add('1 in 100', { build: own, config: { otlpEndpoint, traceRatio: '0.01' } });
    await add('all', { build: own, config: { otlpEndpoint } });
    for (const build of before) await add(build.name, { build });
    yield* linesOf(await measureInTurns(targets, plan), '16 connections');
  },
};
