// node:http in front of Piscina: worker threads in one process, no isolation.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Piscina } from 'piscina';

const pool = new Piscina({
  filename: join(import.meta.dirname, 'piscina-task.ts'),
  name: 'echo',
  minThreads: Number(process.argv[2] ?? '1'),
  maxThreads: Number(process.argv[2] ?? '1'),
});
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const respond = async (): Promise<void> => {
      const answer: unknown = await pool.run(Buffer.concat(parts).toString());
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(String(answer));
    };
    respond().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer did not get a TCP port.');
  process.stdout.write(`${address.port}\n`);
});
