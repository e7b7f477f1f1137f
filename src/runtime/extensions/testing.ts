import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForGuest } from '../../image/bundle.ts';
import { decode } from '../../protocol/framing/decode.ts';
import { FrameDecoder } from '../../protocol/framing/frame.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { parseRuntimeMessage } from '../../protocol/validate.ts';
import { nodes } from '../node/testing.ts';
import { listen } from '../provided/api/listen.ts';
import { notFound } from '../provided/api/replies.ts';
import { ChildRuntime } from './runtime/child-runtime.ts';
import { commandOf } from './runtime/runtime-command.ts';
import { Supervisor } from './supervisor.ts';

// For tests: a supervisor in this process, which is its host, with the real Node runtime and real extensions.

type Answer = RuntimeMessage & { readonly type: 'result' | 'error' };

/** The first line of an extension in JavaScript. */
export const nodeScript: string = `#!${nodes['24']}\n`;

let bundle: Promise<string> | undefined;

async function runtimeBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-supervised-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'runtime.mjs');
  await writeFile(path, await bundleForGuest(fileURLToPath(import.meta.resolve('../node/main.ts'))));
  return path;
}

/** A supervised container, all but the container. */
export class TestedSupervisor implements AsyncDisposable {
  readonly folder: string;
  /** Resolves with the code of its end. */
  readonly exited: Promise<number>;
  address = '';
  /** All of the log until now. */
  log = '';
  readonly types: string[] = [];
  readonly #supervisor: Supervisor;
  readonly #waiting: ((message: RuntimeMessage) => boolean)[] = [];
  #close: () => void = () => undefined;

  private constructor(folder: string, runtime: string) {
    this.folder = folder;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.exited = promise;
    const decoder = new FrameDecoder((body) => this.#heard(parseRuntimeMessage(decode(body))));
    const taskRoot = join(folder, 'task');
    this.#supervisor = new Supervisor({
      writer: { write: (frame) => frame.forEach((part) => decoder.push(part)) },
      makeRuntime: ChildRuntime.maker(commandOf(taskRoot, ['node', nodes['24'], runtime]), taskRoot),
      folder: join(folder, 'extensions'),
      serve: async (api) => {
        const { server, address } = await listen((method, path, request, response) => {
          if (!api.handle(method, path, request, response)) notFound(response, 404);
        }, 0);
        this.#close = () => {
          server.closeAllConnections();
          server.close();
        };
        this.address = address;
        return address;
      },
      exit: (code) => {
        this.#close();
        resolve(code);
      },
    });
  }

  /** `files` by path: the function's below `task`, programs of extensions below `extensions`. Says `init`. */
  static async start(
    files: Readonly<Record<string, string>>,
    changes: Partial<RuntimeInit> = {},
  ): Promise<TestedSupervisor> {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-extensions-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
      await chmod(join(folder, name), name.endsWith('.not') ? 0o644 : 0o755);
    }
    const tested = new TestedSupervisor(folder, await (bundle ??= runtimeBundle()));
    tested.receive({ ...init, ...changes });
    return tested;
  }

  receive(request: RuntimeRequest): void {
    this.#supervisor.receive(request);
  }

  /** Resolves with the first message of this type that comes from now on. */
  next<Type extends RuntimeMessage['type']>(type: Type): Promise<RuntimeMessage & { readonly type: Type }> {
    const { promise, resolve } = Promise.withResolvers<RuntimeMessage & { readonly type: Type }>();
    this.#waiting.push((message) => {
      if (!isOf(message, type)) return false;
      resolve(message);
      return true;
    });
    return promise;
  }

  /** Resolves with the answer, and what the log said by then. */
  async invoke(event: unknown = {}, requestId = 'r-1'): Promise<{ answer: Answer; value: unknown; log: string }> {
    const before = this.log.length;
    const answered = Promise.race([this.next('result'), this.next('error')]);
    const payload = Buffer.from(JSON.stringify(event));
    this.receive({ type: 'invoke', requestId, timeoutMs: 5_000, payload, traceId: 'Root=1-2-3' });
    const answer = await answered;
    const value: unknown = answer.type === 'result' ? JSON.parse(Buffer.from(answer.payload).toString()) : undefined;
    return { answer, value, log: this.log.slice(before) };
  }

  /** Ends it as the host does, and waits until nothing of it is left. */
  async shutDown(reason: 'spindown' | 'timeout' | 'failure' = 'spindown', timeoutMs = 2_000): Promise<void> {
    this.receive({ type: 'shutdown', reason, timeoutMs });
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutDown('spindown', 100);
    await rm(this.folder, { recursive: true });
  }

  #heard(message: RuntimeMessage): void {
    if (message.type === 'log') this.log += message.text;
    else this.types.push(message.type);
    const index = this.#waiting.findIndex((take) => take(message));
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

function isOf<Type extends RuntimeMessage['type']>(
  message: RuntimeMessage,
  type: Type,
): message is RuntimeMessage & { readonly type: Type } {
  return message.type === type;
}

const init: RuntimeInit = {
  type: 'init',
  handler: 'index.handler',
  environment: { TZ: ':UTC', PATH: '/usr/bin:/bin', _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: '/x', SHARED: 'yes' },
  functionName: 'tested',
  functionVersion: '$LATEST',
  functionArn: 'arn:aws:lambda:us-east-1:000000000123:function:tested',
  memoryMb: 256,
  logGroup: '/aws/lambda/tested',
  logStream: '2026/01/01/[$LATEST]0123456789abcdef',
  randomSeed: 1_234_567,
  extensions: true,
};
