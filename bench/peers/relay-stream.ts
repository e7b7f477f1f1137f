// The floor of a relay: a process writes as many MiB as the request's path says to a Unix socket, and this one passes them on as they come, as the
// answer of node:http. With `events`, each read is a message of AWS's event stream, as the service's own are. No windows, no limits, no checks.
import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { payloadChunk } from '../../src/frontend/lambda/streaming/event-stream.ts';

const asEvents = process.argv[2] === 'events';
const writer = spawn(process.execPath, [join(import.meta.dirname, 'stream-writer.ts')], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
});
process.once('SIGTERM', () => {
  writer.kill();
  process.exit();
});
const [, , , channel] = writer.stdio;
if (!(channel instanceof Duplex)) throw new Error('Node gave no socket for a channel.');

let response: ServerResponse | undefined;
let bytesLeft = 0;
channel.on('data', (part: Buffer) => {
  if (response === undefined) throw new Error('The writer wrote what nobody had asked for.');
  let room = true;
  for (const piece of asEvents ? payloadChunk(part) : [part]) room = response.write(piece);
  if (!room) channel.pause();
  bytesLeft -= part.length;
  if (bytesLeft === 0) response.end();
});

const server = createServer((request, to) => {
  request.resume();
  response = to;
  const mb = Number(request.url?.slice(1));
  bytesLeft = mb * 1_048_576;
  to.writeHead(200, { 'content-type': 'application/octet-stream' });
  to.on('drain', () => channel.resume());
  // The end of the answer before may have left it paused.
  channel.resume();
  channel.write(Buffer.of(mb));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
