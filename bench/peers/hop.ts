// The fair comparison: node:http, and behind it a second Node process at the other end of a Unix socket. No authentication,
// no isolation, no placement: what a reused container does at the very least. As many worker processes as are asked for.
import { createServer } from 'node:http';
import { HopWorkers } from './hop-workers.ts';

const workers = await HopWorkers.start(Number(process.argv[2] ?? '1'));
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () =>
    workers.send(Buffer.concat(parts), (answer) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.end(answer);
    }),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
