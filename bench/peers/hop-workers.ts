import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Frames, frame } from './length-prefix.ts';

interface Job {
  readonly body: Buffer;
  readonly done: (answer: Buffer) => void;
}

/** Processes at the other end of a Unix socket that answer with the same bytes, one request at a time in each. */
export class HopWorkers {
  readonly #idle: ((job: Job) => void)[] = [];
  readonly #waiting: Job[] = [];

  /** Starts so many and resolves when all are connected. They end with this process. */
  static async start(workers: number): Promise<HopWorkers> {
    const folder = mkdtempSync(join(tmpdir(), 'hop-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    process.on('SIGTERM', () => process.exit(0));
    const path = join(folder, 's');
    const all = new HopWorkers();
    const server = createServer().listen(path);
    await once(server, 'listening');
    for (let n = 0; n < workers; n += 1) {
      spawn(process.execPath, [join(import.meta.dirname, 'hop-worker.ts'), path], { stdio: 'inherit' });
      const [socket]: Socket[] = await once(server, 'connection');
      if (socket !== undefined) all.#adopt(socket);
    }
    return all;
  }

  /** Has one of them answer `body`, at once or when one comes free. */
  send(body: Buffer, done: (answer: Buffer) => void): void {
    const take = this.#idle.pop();
    if (take === undefined) this.#waiting.push({ body, done });
    else take({ body, done });
  }

  #adopt(socket: Socket): void {
    let done: Job['done'] | undefined;
    const take = (job: Job): void => {
      done = job.done;
      socket.write(frame(job.body));
    };
    const frames = new Frames((body) => {
      done?.(body);
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(take);
      else take(next);
    });
    socket.on('data', (part: Buffer) => frames.push(part));
    this.#idle.push(take);
  }
}
