import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { bundleForGuest } from '../image/bundle.ts';
import { Connection } from '../protocol/framing/connection.ts';
import type { AgentMessage, AgentRequest } from '../protocol/messages.ts';
import type { AgentProfile } from '../protocol/profile.ts';
import { parseAgentMessage } from '../protocol/validate.ts';

/** Stands in for the runtime: says on its data channel what it inherited, and at the first byte it hears starts 100 processes. */
const standIn = `
  import fs from 'node:fs';
  import { spawn } from 'node:child_process';
  import { Socket } from 'node:net';
  const open = fs.readdirSync('/proc/self/fd').filter((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; } });
  fs.writeSync(3, JSON.stringify(open) + '\\n');
  new Socket({ fd: 3 }).once('data', () => { for (let count = 0; count < 100; count++) spawn('/bin/sleep', ['100']); });
`;

const channelCount = 25;

interface Agent {
  readonly process: ChildProcess;
  readonly channels: readonly Socket[];
  readonly workDir: string;
  /** Resolves with what the agent says next that `wanted` picks. */
  next(wanted: (message: AgentMessage) => boolean): Promise<AgentMessage>;
  ask(request: AgentRequest): Promise<AgentMessage>;
  readonly exited: Promise<unknown[]>;
  stderr: string;
}

async function startAgent(t: TestContext): Promise<Agent> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const main = join(folder, 'agent.mjs');
  await writeFile(main, await bundleForGuest(join(import.meta.dirname, 'main.ts')));
  await writeFile(join(folder, 'runtime.mjs'), standIn);
  const child = spawn(process.execPath, [main], {
    env: { PATH: '/usr/bin:/bin', HEDDLE_AGENT_PROFILE: JSON.stringify(profile(folder)) },
    stdio: ['ignore', 'ignore', 'pipe', ...Array.from({ length: channelCount + 1 }, () => 'pipe' as const)],
  });
  t.after(() => {
    child.kill('SIGKILL');
    // A container that is just being made may outlive its agent, but not its channel.
    for (const stream of child.stdio) stream?.destroy();
  });
  return talk(child, folder);
}

function profile(folder: string): AgentProfile {
  const root = process.getuid?.() === 0;
  const system = ['/usr', '/bin', '/lib', '/lib64', '/etc/ld.so.cache'];
  return {
    channels: 'inherited',
    channelCount,
    workDir: join(folder, 'work'),
    programs: { 'nodejs24.x': '/opt/node', 'nodejs22.x': '/opt/node' },
    roots: {},
    nodeRuntime: '/opt/runtime.mjs',
    providedRuntime: '/opt/runtime.mjs',
    pythonRuntime: '/opt/runtime.pyz',
    binds: [
      ...system.map((path) => [path, path] as const),
      [process.execPath, '/opt/node'],
      [join(folder, 'runtime.mjs'), '/opt/runtime.mjs'],
    ],
    bwrap: '/usr/bin/bwrap',
    user: root ? { kind: 'ids', idBase: 1_999_000_000 } : { kind: 'namespace' },
    memoryLimit: 'watch',
    processLimit: 'watch',
    relayChannel: channelCount,
    kernel: 'linux',
    clones: false,
  };
}

function talk(child: ChildProcess, folder: string): Agent {
  const heard: AgentMessage[] = [];
  const listeners = new Set<() => void>();
  const channels = child.stdio.slice(3).map((stream) => (stream instanceof Socket ? stream : assert.fail('no socket')));
  for (const channel of channels) channel.on('error', () => undefined);
  const [control] = channels;
  assert.ok(control !== undefined);
  const connection = new Connection<AgentMessage, AgentRequest>(control, parseAgentMessage, {
    onMessage: (message) => {
      heard.push(message);
      for (const listener of listeners) listener();
    },
    onEnd: () => undefined,
  });
  const next: Agent['next'] = (wanted) =>
    new Promise((resolve) => {
      const look = (): void => {
        const index = heard.findIndex(wanted);
        const [found] = index < 0 ? [] : heard.splice(index, 1);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  const agent: Agent = {
    process: child,
    channels,
    workDir: join(folder, 'work'),
    next,
    ask: (request) => {
      connection.send(request);
      return next((message) => 'seq' in message && message.seq === request.seq);
    },
    exited: once(child, 'exit'),
    stderr: '',
  };
  child.stderr?.on('data', (chunk: Buffer) => (agent.stderr += chunk.toString()));
  return agent;
}

function make(channel: number, seq: number): AgentRequest {
  return {
    type: 'make-container',
    seq,
    channel,
    runtime: 'nodejs24.x',
    pidsMax: 64,
    tmpBytes: 1_000_000,
  };
}

test('a container inherits its own channel and nothing else of the agent', async (t) => {
  const agent = await startAgent(t);
  await agent.next(({ type }) => type === 'hello');
  assert.equal((await agent.ask(make(7, 1))).type, 'done');
  const [data]: unknown[] = await once(agent.channels[7] ?? assert.fail(), 'data');
  // What it prints to are pipes.
  assert.equal(String(data), '["3"]\n');
});

test('an agent whose host hangs up ends its containers and itself', async (t) => {
  const agent = await startAgent(t);
  await agent.ask(make(1, 1));
  await agent.ask(make(2, 2));
  const ended = agent.channels.slice(1, 3).map((channel) => once(channel.resume(), 'close'));
  agent.channels[0]?.destroy();
  assert.deepEqual(await agent.exited, [0, null]);
  await Promise.all(ended);
  assert.deepEqual(await readdir(join(agent.workDir, 'containers')), []);
});

test('an agent that hears garbage says so, ends its containers and exits with an error', async (t) => {
  const agent = await startAgent(t);
  await agent.ask(make(1, 1));
  const ended = once(agent.channels[1]?.resume() ?? assert.fail(), 'close');
  agent.channels[0]?.write('GET / HTTP/1.1\r\n\r\n');
  assert.deepEqual(await agent.exited, [1, null]);
  await ended;
  assert.match(agent.stderr, /The agent stops: A frame claims to have \d+ bytes/);
});

test('requests that cannot be carried out are answered with the reason, and harm nothing', async (t) => {
  const agent = await startAgent(t);
  const refusals: [AgentRequest, RegExp][] = [
    [{ type: 'bind', seq: 1, channel: 1, sha256: 'x', memoryMb: 128 }, /Channel 1 has no container/],
    [{ type: 'code', seq: 2, sha256: '../x', files: [], last: true }, /not the SHA-256/],
    [
      {
        type: 'code',
        seq: 3,
        sha256: 'x',
        files: [{ path: '../x', mode: 0, data: Buffer.alloc(0), offset: 0 }],
        last: true,
      },
      /not one of a file below/,
    ],
  ];
  for (const [request, reason] of refusals) {
    const answer = await agent.ask(request);
    assert.ok(answer.type === 'failed');
    assert.match(answer.message, reason);
  }
  assert.equal((await agent.ask({ type: 'kill', seq: 4, channel: 9 })).type, 'done');
  assert.equal((await agent.ask(make(1, 5))).type, 'done');
  const again = await agent.ask(make(1, 6));
  assert.ok(again.type === 'failed');
  assert.match(again.message, /was given to a container before/);
  const answer = await agent.ask({ type: 'ping', seq: 7 });
  assert.ok(answer.type === 'done' && Math.abs((answer.wallMs ?? 0) - Date.now()) < 10_000);
});

test('a container that cannot be made says why, and one that dies says how', async (t) => {
  const agent = await startAgent(t);
  assert.equal((await agent.ask(make(1, 1))).type, 'done');
  const [data]: unknown[] = await once(agent.channels[1] ?? assert.fail(), 'data');
  assert.ok(data instanceof Buffer);
  await agent.ask({ type: 'kill', seq: 2, channel: 1 });
  assert.deepEqual(await agent.next(({ type }) => type === 'container-exited'), {
    type: 'container-exited',
    channel: 1,
    reason: 'killed',
    code: null,
    signal: 'SIGKILL',
  });
  await rm(join(agent.workDir, 'seccomp.bpf'));
  const failed = await agent.ask(make(2, 3));
  assert.ok(failed.type === 'failed');
  assert.match(failed.message, /ENOENT.*seccomp/);
});

test('an agent that is killed takes its containers along', async (t) => {
  const agent = await startAgent(t);
  await agent.ask(make(1, 1));
  const channel = agent.channels[1] ?? assert.fail();
  // From here on: one that is still being made is the instance's to end, as its first process's descendant.
  await once(channel, 'data');
  const ended = once(channel.resume(), 'close');
  agent.process.kill('SIGKILL');
  await ended;
});

test('where only looking helps, a container with too many processes is killed for it', async (t) => {
  const agent = await startAgent(t);
  await agent.ask(make(1, 1));
  const channel = agent.channels[1] ?? assert.fail();
  await once(channel, 'data');
  const files = [{ path: 'index.js', mode: 0o644, data: Buffer.from(''), offset: 0 }];
  await agent.ask({ type: 'code', seq: 2, sha256: 'x', files, last: true });
  assert.equal((await agent.ask({ type: 'bind', seq: 3, channel: 1, sha256: 'x', memoryMb: 128 })).type, 'done');
  channel.write('go');
  const exit = await agent.next(({ type }) => type === 'container-exited');
  assert.ok(exit.type === 'container-exited' && exit.reason === 'processes');
});
