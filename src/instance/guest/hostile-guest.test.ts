import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type Clock } from '../../model/clock.ts';
import { CodeLateError, InstanceLostError, ProtocolError } from '../../model/errors.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { protocolVersion, type AgentRequest, type RuntimeMessage } from '../../protocol/messages.ts';
import { boot, ContainerDiedError } from './boot.ts';
import type { Guest, GuestContainer } from '../guest.ts';
import { bundleOf, initOf, invoke, testConfiguration } from '../guest-fixture.ts';
import { hello, ScriptedGuest } from '../testing/scripted-guest.ts';

const configuration = testConfiguration();

async function booted(
  scripted: ScriptedGuest = new ScriptedGuest(),
  clock: Clock = systemClock,
): Promise<{ scripted: ScriptedGuest; guest: Guest; container: GuestContainer }> {
  const guest = await boot(
    scripted.driver,
    { instanceId: 'i-test', configuration },
    clock,
    new AbortController().signal,
  );
  const [container] = guest.firstContainers;
  assert.ok(container !== undefined);
  return { scripted, guest, container };
}

async function loaded(): Promise<{ scripted: ScriptedGuest; guest: Guest; container: GuestContainer }> {
  const all = await booted();
  const bundle = bundleOf('');
  await all.container.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  return all;
}

const garbage = Buffer.from('GET / HTTP/1.1\r\n\r\n');
const result: RuntimeMessage = { type: 'result', payload: Buffer.from('1'), memoryPeakMb: 1 };

for (const [what, bytes] of Object.entries({
  'bytes that are no frame': garbage,
  'a message that no runtime may send': encodeFrameWhole({ type: 'done', seq: 1 }),
  'a result with a payload that is no binary': encodeFrameWhole({ ...result, payload: 'x' }),
  'a second hello': encodeFrameWhole({ ...hello, role: 'runtime' }),
  'a result before the code began': encodeFrameWhole(result),
  'two starts': Buffer.concat([encodeFrameWhole({ type: 'started' }), encodeFrameWhole({ type: 'started' })]),
})) {
  test(`a runtime that sends ${what} is killed, and its neighbour never knows`, async () => {
    const all = await loaded();
    const invocation = invoke(all.container);
    all.scripted.end(1).write(bytes);
    await assert.rejects(invocation, diedOfProtocol);
    await neighbourLives(all);
  });
}

test('an answer before which something was printed behind the runtime waits for it, and no other', async () => {
  const { scripted, container } = await loaded();
  const flushes = (): AgentRequest[] => scripted.asked.filter(({ type }) => type === 'flush');
  const plain = invoke(container);
  scripted.say(1, { type: 'started' });
  scripted.say(1, result);
  assert.ok((await plain).answer.ok);
  assert.equal(flushes().length, 0);

  scripted.answer = (request) => {
    if (request.type === 'flush') scripted.say(0, { type: 'output', channel: request.channel, text: 'beside' });
    return { type: 'done', seq: request.seq };
  };
  let late = '';
  const marked = invoke(container, {}, { onLateLog: (text) => (late += text) });
  scripted.say(1, { type: 'started' });
  scripted.say(1, { ...result, printedRaw: true });
  assert.equal((await marked).log, 'beside');
  assert.equal(flushes().length, 1);
  assert.equal(late, '');
});

test('an answer that waits for what was printed is given also if the instance is lost meanwhile', async () => {
  const { scripted, guest, container } = await loaded();
  scripted.answer = () => undefined;
  const marked = invoke(container);
  scripted.say(1, { type: 'started' });
  scripted.say(1, { ...result, printedRaw: true });
  await scripted.askedFor('flush');
  await guest.destroy();
  assert.ok((await marked).answer.ok);
});

test('a runtime that answers when nobody asked is killed, and its neighbour never knows', async () => {
  const all = await loaded();
  all.scripted.say(1, { type: 'started' });
  all.scripted.say(1, result);
  assert.equal((await all.container.exited).reason, 'protocol');
  await neighbourLives(all);
});

test('a runtime that breaks the protocol and cannot be killed costs its instance its life', async () => {
  const { scripted, guest, container } = await loaded();
  scripted.answer = ({ type, seq }) =>
    type === 'kill' ? { type: 'failed', seq, message: 'no' } : { type: 'done', seq };
  scripted.end(1).write(garbage);
  assert.equal((await container.exited).reason, 'instance-lost');
  await guest.exited;
  assert.ok(scripted.destroyed);
});

test('a runtime that is cut short in the middle of a frame died of what its agent says', async () => {
  const { scripted, container } = await loaded();
  const invocation = invoke(container);
  scripted.end(1).end(encodeFrameWhole(result).subarray(0, 6));
  scripted.say(0, { type: 'container-exited', channel: 1, reason: 'memory', code: null, signal: 'SIGKILL' });
  await assert.rejects(invocation, (error) => error instanceof ContainerDiedError && error.exit.reason === 'memory');
});

function diedOfProtocol(error: unknown): boolean {
  return error instanceof ContainerDiedError && error.exit.reason === 'protocol';
}

async function neighbourLives({ scripted, guest }: { scripted: ScriptedGuest; guest: Guest }): Promise<void> {
  assert.deepEqual(
    scripted.asked.filter(({ type }) => type === 'kill').map((request) => 'channel' in request && request.channel),
    [1],
  );
  const neighbour = guest.firstContainers[1] ?? assert.fail('no neighbour');
  const bundle = bundleOf('');
  await neighbour.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  const invocation = invoke(neighbour);
  scripted.say(2, { type: 'started' });
  scripted.say(2, result);
  assert.ok((await invocation).answer.ok);
  assert.ok(!scripted.destroyed);
}

for (const [what, message] of Object.entries({
  'an answer to nothing': { type: 'done', seq: 4_000_000 },
  'a second hello': { ...hello, role: 'agent' },
  'a message without a type': { seq: 1 },
  'processor times that are none': { type: 'done', seq: 0, processorMs: [[1, -1]] },
  'output of a container beyond the last channel': { type: 'output', channel: 129, text: '' },
})) {
  test(`an agent that sends ${what} costs its instance its life`, async () => {
    const { scripted, guest, container } = await booted();
    scripted.say(0, message);
    assert.equal((await container.exited).reason, 'instance-lost');
    await guest.exited;
    assert.ok(scripted.destroyed);
    await assert.rejects(guest.makeContainer('nodejs24.x', new AbortController().signal), InstanceLostError);
  });
}

test('an agent of another version is refused in words for an operator', async () => {
  const scripted = new ScriptedGuest();
  scripted.agentHello = { type: 'hello', protocol: protocolVersion + 1, role: 'agent' };
  await assert.rejects(booted(scripted), (error) => {
    assert.ok(error instanceof InstanceLostError && error.cause instanceof ProtocolError);
    const versions = `speaks protocol version ${protocolVersion + 1}, this service ${protocolVersion}`;
    assert.ok(error.message.includes(versions), error.message);
    assert.match(error.message, /remove the cache folder/);
    return true;
  });
  assert.ok(scripted.destroyed);
});

/** A clock whose timers fire by hand. */
function handClock(): { readonly clock: Clock; readonly fire: () => void } {
  const fires: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    timer: (_delayMs, fire) => {
      fires.push(fire);
      return { [Symbol.dispose]: () => void fires.splice(fires.indexOf(fire), 1) };
    },
  };
  return {
    clock,
    fire: () => {
      for (const fire of fires.splice(0)) fire();
    },
  };
}

for (const [what, how, reason] of [
  ['hung up and was killed for it has ended by itself', 'hangs up', 'exit'],
  ['is killed has been killed, also if the news of its end come last', 'is killed', 'killed'],
] as const) {
  test(`a container that ${what}`, async () => {
    const { clock, fire } = handClock();
    const { scripted, container } = await booted(new ScriptedGuest(), clock);
    const ends = (): void => {
      scripted.end(1).end();
      scripted.say(0, { type: 'container-exited', channel: 1, reason: 'killed', code: 1, signal: null });
    };
    scripted.answer = ({ type, seq }) => {
      if (type === 'kill') ends();
      return { type: 'done', seq };
    };
    if (how === 'is killed') await container.kill();
    else {
      const asked = scripted.askedFor('kill');
      scripted.end(1).end();
      await new Promise((resolve) => setImmediate(resolve));
      fire();
      await asked;
    }
    assert.deepEqual(await container.exited, { reason, code: 1, signal: null });
    assert.ok(!scripted.destroyed);
  });
}

test('an agent that does not kill in time costs its instance its life', async () => {
  const { clock, fire } = handClock();
  const { scripted, guest, container } = await booted(new ScriptedGuest(), clock);
  scripted.answer = () => undefined;
  const killed = container.kill();
  fire();
  await killed;
  await guest.exited;
  assert.equal((await container.exited).reason, 'instance-lost');
  assert.ok(scripted.destroyed);
});

test('a relay that does not do as it is asked costs its instance its life', async () => {
  const { clock, fire } = handClock();
  const { scripted, guest, container } = await booted(new ScriptedGuest(), clock);
  scripted.relayAnswers = false;
  const bundle = bundleOf('');
  const load = container.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  const failed = assert.rejects(load, ContainerDiedError);
  // Code and binding are answered for; what is left is the relay.
  await scripted.askedFor('bind');
  await new Promise((resolve) => setImmediate(resolve));
  fire();
  await failed;
  await guest.exited;
  assert.ok(scripted.destroyed);
});

test('an agent that does not get on with storing code costs that code, and nobody else', async () => {
  const { clock, fire } = handClock();
  const all = await booted(new ScriptedGuest(), clock);
  const { scripted, guest, container } = all;
  const files = Array.from({ length: 1_000 }, (_, n) => ({ path: `f${n}.js`, mode: 0o644, data: Buffer.alloc(0) }));
  const bundle = { sha256: 'many', files, bytes: 0 };
  scripted.answer = (request) => {
    if (request.type === 'code') return undefined;
    if (request.type === 'kill')
      scripted.say(0, {
        type: 'container-exited',
        channel: request.channel,
        reason: 'killed',
        code: null,
        signal: null,
      });
    return { type: 'done', seq: request.seq };
  };
  const load = container.load('many', () => Promise.resolve(bundle), initOf());
  await scripted.askedFor('code');
  await new Promise((resolve) => setImmediate(resolve));
  const dropped = scripted.askedFor('drop-code');
  fire();
  await assert.rejects(load, CodeLateError);
  await dropped;
  assert.equal((await container.exited).reason, 'killed');
  assert.ok(!scripted.destroyed);
  // The same again, for another container: it is sent anew.
  scripted.answer = ({ seq }) => ({ type: 'done', seq });
  await guest.hold('many', () => Promise.resolve(bundle));
  const [, second] = guest.firstContainers;
  await second?.load('many', () => assert.fail('it is there'), initOf());
});

test('an agent that refuses to make a container leaves the guest as it was', async () => {
  const { scripted, guest } = await booted();
  scripted.answer = (request) =>
    request.type === 'make-container'
      ? { type: 'failed', seq: request.seq, message: 'no memory' }
      : { type: 'done', seq: request.seq };
  await assert.rejects(
    guest.makeContainer('nodejs24.x', new AbortController().signal),
    /could not make a nodejs24.x container: no memory/,
  );
  assert.ok(!scripted.destroyed);
});

test('code that an instance has forgotten is sent again', async () => {
  const { scripted, guest, container } = await booted();
  const bundle = bundleOf('');
  await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  scripted.answer = (request) => {
    scripted.answer = ({ seq }) => ({ type: 'done', seq });
    return request.type === 'bind'
      ? { type: 'failed', seq: request.seq, message: 'not in the cache' }
      : { type: 'done', seq: request.seq };
  };
  scripted.asked.length = 0;
  const [second] = [await secondContainer(guest, scripted)];
  await second.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  assert.deepEqual(
    scripted.asked.map((request) => request.type).filter((type) => type !== 'make-container'),
    ['bind', 'code', 'bind'],
  );
});

async function secondContainer(guest: Guest, scripted: ScriptedGuest): Promise<GuestContainer> {
  const { answer } = scripted;
  scripted.answer = ({ seq }) => ({ type: 'done', seq });
  const container = await guest.makeContainer('nodejs24.x', new AbortController().signal);
  scripted.answer = answer;
  return container;
}

test('code and binding are sent together, without waiting in between', async () => {
  const { scripted, container } = await booted();
  const bundle = bundleOf('');
  scripted.answer = () => undefined;
  scripted.asked.length = 0;
  const load = container.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
  load.catch(() => undefined);
  while (scripted.asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    scripted.asked.map((request) => request.type),
    ['code', 'bind'],
  );
  for (const { seq } of scripted.asked) scripted.say(0, { type: 'done', seq });
  await load;
});

test('output that the answer overtook still reaches the invocation it belongs to, up to a bound', async () => {
  const { scripted, container } = await loaded();
  let late = '';
  const invocation = invoke(container, {}, { onLateLog: (text) => (late += text) });
  scripted.say(1, { type: 'started' });
  scripted.say(1, result);
  assert.equal((await invocation).log, '');
  for (let count = 0; count < 5; count++) scripted.say(0, { type: 'output', channel: 1, text: 'x'.repeat(500_000) });
  await container.kill();
  assert.equal(late.length, 1_500_000);
});

for (const [what, text] of Object.entries({ 'much log': 'x'.repeat(1_000_000), 'log without text': '' })) {
  test(`a runtime that sends ${what} without end is killed for it`, async () => {
    const all = await loaded();
    let log = '';
    const invocation = invoke(all.container, {}, { onLog: (more) => (log += more) });
    const rejected = assert.rejects(invocation, diedOfProtocol);
    all.scripted.say(1, { type: 'started' });
    const frames = Buffer.concat(Array.from({ length: 64 }, () => encodeFrameWhole({ type: 'log', text })));
    const end = all.scripted.end(1);
    while (!end.destroyed && !all.scripted.asked.some(({ type }) => type === 'kill')) {
      end.write(frames);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rejected;
    assert.ok(log.length < 4_000_000, `${log.length}`);
    await neighbourLives(all);
  });
}

test('a runtime that floods between invocations is killed as well', async () => {
  const all = await loaded();
  for (let count = 0; count < 4; count++) all.scripted.say(1, { type: 'log', text: 'x'.repeat(1_000_000) });
  assert.equal((await all.container.exited).reason, 'protocol');
  await neighbourLives(all);
});
