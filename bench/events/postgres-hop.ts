// A table of PostgreSQL as a queue behind HTTP: node:http, no authentication, one INSERT a request, answered when it is committed. Arguments: the
// port of PostgreSQL, connections to it.
import { createServer } from 'node:http';
import { openPostgresQueue } from './postgres-queue.ts';

const queue = await openPostgresQueue(Number(process.argv[2]), Number(process.argv[3] ?? '16'));
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    queue.insert(Buffer.concat(parts).toString()).then(
      () => response.writeHead(202, { 'content-length': 0 }).end(),
      () => response.writeHead(500, { 'content-length': 0 }).end(),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
