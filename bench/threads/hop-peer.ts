// What a thread's call does at the very least: a process between, and behind it one at the other end of a Unix socket that
// answers with the same bytes. No code is called, nothing is placed, measured or isolated. Prints its port.
import { createServer } from 'node:net';
import { HopWorkers } from '../peers/hop-workers.ts';
import { frame, Frames } from '../peers/length-prefix.ts';

const workers = await HopWorkers.start(1);
const server = createServer((socket) => {
  socket.setNoDelay();
  const frames = new Frames((body) => workers.send(body, (answer) => void socket.write(frame(answer))));
  socket.on('data', (part: Buffer) => frames.push(part));
  socket.on('close', () => process.exit(0));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
