// The fair comparison: node:http, and behind it a second Node process at the other end of a Unix socket that answers
// with the same bytes. No authentication, no isolation, no placement: what a reused container does at the very least.
// As many worker processes as are asked for, one request at a time in each.
import { spawn } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Frames, frame } from './length-prefix.ts';

const workers = Number(process.argv[2] ?? '1');
const folder = mkdtempSync(join(tmpdir(), 'hop-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));

interface Job {
  readonly body: Buffer;
  readonly done: (answer: Buffer) => void;
}
const idle: ((job: Job) => void)[] = [];
const waiting: Job[] = [];

function adopt(socket: Socket): void {
  let done: ((answer: Buffer) => void) | undefined;
  const take = (job: Job): void => {
    done = job.done;
    socket.write(frame(job.body));
  };
  const frames = new Frames((body) => {
    done?.(body);
    const next = waiting.shift();
    if (next === undefined) idle.push(take);
    else take(next);
  });
  socket.on('data', (part: Buffer) => frames.push(part));
  idle.push(take);
}

const http = createHttpServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const job: Job = {
      body: Buffer.concat(parts),
      done: (answer) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
        response.end(answer);
      },
    };
    const take = idle.pop();
    if (take === undefined) waiting.push(job);
    else take(job);
  });
});

const path = join(folder, 's');
let connected = 0;
createServer((socket) => {
  adopt(socket);
  connected += 1;
  if (connected === workers) http.listen(0, '127.0.0.1', () => announce());
}).listen(path, () => {
  for (let n = 0; n < workers; n += 1)
    spawn(process.execPath, [join(import.meta.dirname, 'hop-worker.ts'), path], { stdio: 'inherit' });
});

function announce(): void {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
}
