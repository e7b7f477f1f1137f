import { closeSync, openSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import { initOnWire } from '../../protocol/init-on-wire.ts';
import type { RuntimeInit, RuntimeRequest } from '../../protocol/messages.ts';
import { parseRuntimeRequest } from '../../protocol/requests.ts';
import { InvocationLog } from '../node/output/invocation-log.ts';
import { SyncWriter } from '../node/output/sync-writer.ts';
import { listen, runtimeRoutes } from './api/listen.ts';
import { ProvidedServer } from './serve.ts';

const requestId = '8f507cfc-0000-4000-8000-000000000000';
const rounds = 3;

/**
 * Goes through what the first invocation will go through, with a runtime of our own and output into nothing: V8 compiles functions at
 * their first call, and Node opens its HTTP parts at their first use.
 */
export async function rehearse(): Promise<void> {
  const none = openSync('/dev/null', 'w');
  const writer = new SyncWriter(none, () => undefined);
  const server = new ProvidedServer({
    writer,
    log: new InvocationLog(writer),
    output: { drain: () => undefined, open: false },
    launcher: { pid: process.pid, start: async () => undefined },
    folders: [],
    find: () => 'rehearsal',
    address: () => '',
    exit: () => undefined,
  });
  const { server: http, address } = await listen(runtimeRoutes(server.api), 0);
  try {
    const host = new FrameDecoder((body) => server.receive(parseRuntimeRequest(decode(body))));
    host.push(encodeFrameWhole(initOnWire(init)));
    for (let round = 0; round < rounds; round++) {
      host.push(encodeFrameWhole(invoke));
      await say(address, 'GET', 'invocation/next');
      await say(address, 'POST', `invocation/${requestId}/response`, '{"rehearsed":true}');
    }
  } finally {
    http.closeAllConnections();
    http.close();
    closeSync(none);
  }
}

const invoke: RuntimeRequest = {
  type: 'invoke',
  requestId,
  timeoutMs: 1_000,
  traceId: 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0',
  payload: Buffer.from('{"key":"value"}'),
};
const init: RuntimeInit = {
  type: 'init',
  handler: 'rehearsal',
  environment: {},
  functionName: 'rehearsal',
  functionVersion: '$LATEST',
  functionArn: 'arn',
  memoryMb: 128,
  logGroup: '',
  logStream: '',
  randomSeed: 1,
};

async function say(address: string, method: string, path: string, body?: string): Promise<string> {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`http://${address}/2018-06-01/runtime/${path}`, { method, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  return text(reply);
}
