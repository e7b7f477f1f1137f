// What the parts that a Lambda API cannot do without cost by themselves: fastify, the check of the signature, and a hop to
// a second process. Everything else that Heddle does comes on top. Arguments: workers, access key id, secret, region.
import { fastify } from 'fastify';
import { createAuthenticator } from '../../src/frontend/auth/authenticator.ts';
import { systemClock } from '../../src/model/clock.ts';
import { HopWorkers } from './hop-workers.ts';

const [count = '1', accessKeyId = '', secretAccessKey = '', region = ''] = process.argv.slice(2);
const key = { accessKeyId, secretAccessKey, account: '000000000000', createdAt: 0 };
const accounts = { key: async (id: string) => (id === accessKeyId ? key : undefined) };
const authenticator = createAuthenticator(accounts, region, systemClock);
const workers = await HopWorkers.start(Number(count));
const app = fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/*', async (request, reply) => {
  const sent = { method: request.method, path: request.url, query: {}, headers: request.headers };
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  await authenticator.verify(sent, await authenticator.admit(sent), body);
  const answer = await new Promise<Buffer>((resolve) => workers.send(body, resolve));
  return reply.code(200).header('content-type', 'application/json').send(answer);
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${new URL(url).port}\n`);
