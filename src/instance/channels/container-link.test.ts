import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { ProtocolError } from '../../model/errors.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { parseRuntimeRequest } from '../../protocol/requests.ts';
import type { AnswerSource } from '../../model/invocations/answer-stream.ts';
import { limits } from '../../model/limits.ts';
import type { ContainerInvocation } from '../guest.ts';
import { ContainerLink } from './container-link.ts';

const init: RuntimeInit = {
  type: 'init',
  handler: 'a.b',
  environment: {},
  functionName: 'f',
  functionVersion: '1',
  functionArn: 'arn',
  memoryMb: 128,
  logGroup: '',
  logStream: '',
  randomSeed: 1,
  extensions: true,
};
const invocation: ContainerInvocation = {
  requestId: 'r',
  timeoutMs: 1_000,
  payload: Buffer.from('1'),
  onStarted: () => undefined,
  onLog: () => undefined,
};
const result = { type: 'result', payload: Buffer.from('2'), memoryPeakMb: 1 } as const;

/** The host's end of a channel, which lends what it reads, and whoever is to be a runtime at the other. */
function linked(): {
  link: ContainerLink;
  say: (message: RuntimeMessage) => void;
  heard: RuntimeRequest[];
  ended: Promise<Error | undefined>;
} {
  const [host, guest] = duplexPair();
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const lend = (receive: (chunk: Buffer) => void): void => {
    host.on('data', (chunk: Buffer) => {
      const lent = Buffer.from(chunk);
      receive(lent);
      lent.fill(0xff);
    });
  };
  const link = new ContainerLink(Object.assign(host, { lend }), true, {
    onHello: () => undefined,
    onEnd: resolve,
    flush: () => Promise.resolve(),
  });
  const heard: RuntimeRequest[] = [];
  const runtime = new Connection<RuntimeRequest, RuntimeMessage>(guest, parseRuntimeRequest, {
    onMessage: (request) => heard.push(request),
    onEnd: () => undefined,
  });
  return { link, say: (message) => void runtime.send(message), heard, ended: promise };
}

test('a container with extensions is busy until they have started, and again after an answer until they have rested', async () => {
  const { link, say, heard } = linked();
  link.init(init);
  assert.equal(link.busy, true);
  const started = link.rested;
  say({ type: 'rested' });
  await started;
  assert.equal(link.busy, false);
  const answered = link.invoke(invocation);
  say({ type: 'started' });
  say({ type: 'initialised' });
  say({ ...result, lingers: true });
  const { rested } = await answered;
  assert.ok(rested !== undefined && link.busy);
  assert.throws(() => link.invoke(invocation), /one invocation at a time/);
  say({ type: 'rested' });
  await rested;
  assert.equal(link.busy, false);
  link.shutDown('spindown', 2_000);
  await new Promise((resolve) => void setImmediate(resolve));
  assert.deepEqual(heard.at(-1), { type: 'shutdown', reason: 'spindown', timeoutMs: 2_000 });
  link.fail(new Error('over'));
});

test('whoever waits for a container’s extensions hears of its death, and who rests unasked breaks the protocol', async () => {
  const { link } = linked();
  link.init(init);
  const started = link.rested;
  link.fail(new Error('it died'));
  await assert.rejects(started, /it died/);
  const other = linked();
  const { extensions: _extensions, ...plain } = init;
  other.link.init(plain);
  other.say({ type: 'rested' });
  assert.ok((await other.ended) instanceof ProtocolError);
});

/** A container that runs an invocation whose answer may stream, what its taker was given, and its source. */
function streaming(): ReturnType<typeof linked> & { parts: Uint8Array[]; source: Promise<AnswerSource> } {
  const all = linked();
  const { extensions: _extensions, ...plain } = init;
  all.link.init(plain);
  const parts: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<AnswerSource>();
  const answer = {
    onBegin: (_: string, source: AnswerSource) => resolve(source),
    onPart: (data: Uint8Array) => void parts.push(data),
  };
  all.link.invoke({ ...invocation, answer }).catch(() => undefined);
  all.say({ type: 'started' });
  return { ...all, parts, source: promise };
}

const part = { type: 'part', data: new Uint8Array(limits.streamPartBytesMax) } as const;
const begins = { type: 'stream', contentType: 'text/plain' } as const;

test('a stream may bring a window of parts, and as much more as was taken', async () => {
  const { say, heard, parts, source, ended } = streaming();
  say(begins);
  const window = Math.floor(limits.streamWindowBytes / (limits.streamPartBytesMax + limits.streamPartOverheadBytes));
  for (let n = 0; n < window; n += 1) say(part);
  const taken = await source;
  while (parts.length < window) await new Promise((resolve) => void setImmediate(resolve));
  taken.took(parts[0] ?? assert.fail());
  while (heard.length < 3) await new Promise((resolve) => void setImmediate(resolve));
  const bytes = limits.streamPartBytesMax + limits.streamPartOverheadBytes;
  assert.deepEqual(heard.at(-1), { type: 'took', bytes });
  assert.ok(heard.some((request) => request.type === 'invoke' && request.stream === true));
  say(part);
  say(part);
  const error = await ended;
  assert.ok(error instanceof ProtocolError && /more of an answer than there was room for/.test(error.message));
});

test('parts that nobody has taken stay as they are; what is taken makes room for others', async () => {
  const { say, parts, source } = streaming();
  say(begins);
  const filled = (n: number) => ({ ...part, data: new Uint8Array(limits.streamPartBytesMax).fill(n) });
  const come = async (count: number): Promise<void> => {
    while (parts.length < count) await new Promise((resolve) => void setImmediate(resolve));
  };
  say(filled(1));
  say(filled(2));
  const taken = await source;
  await come(2);
  const [first, second] = parts;
  assert.ok(first !== undefined && second !== undefined && first.buffer !== second.buffer);
  taken.took(first);
  say(filled(3));
  await come(3);
  assert.ok(second.every((byte) => byte === 2) && parts[2]?.every((byte) => byte === 3));
  assert.equal(parts[2]?.buffer, first.buffer);
  taken.took(second);
  say(filled(4));
  await come(4);
  assert.ok(parts[2]?.every((byte) => byte === 3) && parts[3]?.every((byte) => byte === 4));
});

test('many small parts fill the window, too', async () => {
  const { say, ended, parts } = streaming();
  say(begins);
  for (let n = 0; n <= limits.streamWindowBytes / limits.streamPartOverheadBytes; n += 1)
    say({ type: 'part', data: new Uint8Array(1) });
  assert.ok((await ended) instanceof ProtocolError);
  assert.ok(parts.length <= limits.streamWindowBytes / limits.streamPartOverheadBytes);
});

test('who leaves a stream is given nothing more, and its container is told once', async () => {
  const { say, heard, parts, source } = streaming();
  say(begins);
  const left = await source;
  left.leave();
  left.leave();
  say(part);
  say({ ...result, payload: new Uint8Array(0) });
  while (!heard.some(({ type }) => type === 'left')) await new Promise((resolve) => void setImmediate(resolve));
  assert.deepEqual([parts.length, heard.filter(({ type }) => type === 'left').length], [0, 1]);
});

for (const [what, messages] of Object.entries({
  'a part before it has begun': [part],
  'two beginnings': [begins, begins],
  'a payload after parts': [begins, result],
}))
  test(`a stream with ${what} breaks the protocol`, async () => {
    const { say, ended } = streaming();
    for (const message of messages) say(message);
    assert.ok((await ended) instanceof ProtocolError);
  });

test('parts for nobody who asked break the protocol', async () => {
  const { link, say, ended } = linked();
  const { extensions: _extensions, ...plain } = init;
  link.init(plain);
  link.invoke(invocation).catch(() => undefined);
  say({ type: 'started' });
  say(begins);
  assert.ok((await ended) instanceof ProtocolError);
});
