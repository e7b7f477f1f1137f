import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { sendReply } from './routed-request.ts';

test('who takes nothing of a body that comes over time is let go, and what makes the body is told', async () => {
  const told = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) yield 'x'.repeat(65_536);
    } finally {
      told.resolve();
    }
  }
  const app = fastify();
  app.get('/', (_request, reply) => sendReply(reply, { status: 200, body: endless(), silentMsMax: 200 }));
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  // It reads no answer at all.
  const client = connect(Number(url.port), url.hostname);
  try {
    client.pause();
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await told.promise;
  } finally {
    client.destroy();
    await app.close();
  }
});
