/*
 * The frontend's share of an invocation: a signed Invoke through Fastify, SigV4, the store's look-up and a worker manager
 * that answers at once, beside bare Fastify and bare node:http that answer the same bytes. Run it with
 * `taskset -c 0,1 node src/frontend/frontend.bench.ts`; servers and load share the processors.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import { fastify } from 'fastify';
import { signedHeaders } from './testing/signed-headers.ts';
import { startTestFrontend } from './testing/test-frontend.ts';
import { recordOf } from '../store/testing/record-of.ts';

const path = '/2015-03-31/functions/echo/invocations';
const body = '{"hello":"world"}';
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);

/** What a child process serves, and how it is to be called. */
interface Target {
  readonly url: string;
  readonly headers: Record<string, string>;
}

async function serve(kind: string): Promise<Target> {
  if (kind === 'node:http') {
    const server = createServer((request, response) => {
      request
        .on('data', () => undefined)
        .on('end', () => response.setHeader('content-type', 'application/json').end(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, headers: {} };
  }
  if (kind === 'fastify') {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
    app.post(path, (request, reply) => void reply.type('application/json').send(request.body));
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), headers: {} };
  }
  const service = await startTestFrontend();
  process.once('SIGTERM', () => void service[Symbol.asyncDispose]().then(() => process.exit()));
  await service.store.functions.create(recordOf('echo', { account: service.key.account, environment: {} }));
  // What a fake remembers of every invocation would be measured as garbage collection.
  service.workerManager.invocations.push = () => 0;
  return { url: service.url, headers: await signedHeaders(service, 'POST', path, body) };
}

interface Server extends AsyncDisposable {
  readonly kind: string;
  readonly target: Target;
}

async function start(kind: string): Promise<Server> {
  const child = spawn(process.execPath, [import.meta.filename, kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    kind,
    target: JSON.parse(String(line)),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Requests per second. */
async function load({ target }: Server, connections: number): Promise<number> {
  const headers = { 'content-type': 'application/json', ...target.headers };
  const result = await autocannon({ url: target.url + path, method: 'POST', body, headers, connections, duration: 2 });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed.`);
  return result.requests.average;
}

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const servers: Server[] = [];
  for (const kind of ['node:http', 'fastify', 'heddle']) servers.push(stack.use(await start(kind)));
  for (const connections of [1, 16]) {
    const rates = new Map<string, number[]>(servers.map(({ kind }) => [kind, []]));
    // One after the other, again and again, so that the machine's other work hits all alike; the first round warms up.
    for (let round = 0; round <= rounds; round++)
      for (const server of servers) {
        const rate = await load(server, connections);
        if (round > 0) rates.get(server.kind)?.push(rate);
      }
    for (const [kind, all] of rates) {
      const sorted = all.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      const best = sorted.at(-1) ?? 0;
      console.log(
        `${kind.padEnd(10)} ${String(connections).padStart(2)} connections: ${median.toFixed(0).padStart(6)} requests/s ` +
          `(best ${best.toFixed(0)}), ${((connections * 1e6) / median).toFixed(0)} µs each (best ${((connections * 1e6) / best).toFixed(0)})`,
      );
    }
  }
}

const [kind] = process.argv.slice(2);
if (kind === undefined) await main();
else console.log(JSON.stringify(await serve(kind)));
