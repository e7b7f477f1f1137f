// A process of whoever runs the service: it has a key, and signs for code that may not have it. Who asks, the service says.
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const keys = createRemoteJWKSet(new URL('/heddle/v1/aux/jwks.json', process.argv[2]));
const key = randomBytes(32);

const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.end(JSON.stringify(body)),
    (error) => response.writeHead(401).end(`${error.message}\n`),
  );
});

async function answer(request) {
  const options = { issuer: 'heddle', audience: 'signer' };
  const { payload } = await jwtVerify(request.headers['heddle-caller'] ?? '', keys, options);
  const what = `${payload.account}/${payload.function}: ${await text(request)}`;
  return { signed: what, by: payload.function, signature: createHmac('sha256', key).update(what).digest('hex') };
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
