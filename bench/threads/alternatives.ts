import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { frame, Frames } from '../peers/length-prefix.ts';

const file = (name: string): URL => new URL(name, import.meta.url);

/** One `node:worker_threads` Worker from its start to its first answer. */
export async function workerAnswer(seed: number): Promise<void> {
  const worker = new Worker(file('worker-peer.ts'), { workerData: seed });
  await once(worker, 'message');
  await worker.terminate();
}

/** One process by `child_process.fork` from its start to its first answer. */
export async function forkAnswer(seed: number): Promise<void> {
  const child = fork(file('fork-peer.ts'), [String(seed)]);
  await once(child, 'message');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Two hops between processes, as a call of a thread takes them. */
export interface Hop {
  /** Sends so many bytes there and back. */
  ask(body: Buffer): Promise<void>;
  close(): void;
}

/** Starts the processes of a bare hop. */
export async function openHop(): Promise<Hop> {
  const child = spawn(process.execPath, [fileURLToPath(file('hop-peer.ts'))], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  const socket = connect(Number(port), '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  let answered: () => void = () => undefined;
  const frames = new Frames(() => answered());
  socket.on('data', (part: Buffer) => frames.push(part));
  return {
    ask: async (body) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      answered = resolve;
      socket.write(frame(body));
      await promise;
    },
    close: () => socket.destroy(),
  };
}
