// The floor: a bare node:http server that streams as many MiB as the request's path says.
import { createServer, type ServerResponse } from 'node:http';

const chunk = Buffer.alloc(65_536, 'x');

async function stream(response: ServerResponse, chunks: number): Promise<void> {
  for (let n = 0; n < chunks; n += 1)
    if (!response.write(chunk)) await new Promise<void>((resolve) => void response.once('drain', resolve));
  response.end();
}

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  void stream(response, Number(request.url?.slice(1)) * 16);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
