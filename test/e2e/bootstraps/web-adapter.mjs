#!/opt/node24/bin/node
// A web server that knows nothing of Lambda, and before it what turns invocations into requests: as Lambda's web adapter does. Its client
// keeps one connection, asks again at once, and ends the process where the API is not as it should be, as AWS's own for Node.
import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

async function answer(request, response) {
  const body = await text(request);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, body: JSON.parse(body) }));
}

const app = http.createServer((request, response) => void answer(request, response));
app.listen(8080, '127.0.0.1');
await once(app, 'listening');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function call(path, method, body, headers = {}) {
  const request = http.request({ host, port, path: `/2018-06-01/runtime${path}`, method, agent, headers });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

for (;;) {
  const next = await call('/invocation/next', 'GET');
  if (next.status !== 200) process.exit(1);
  const id = next.headers['lambda-runtime-aws-request-id'];
  const answer = await fetch('http://127.0.0.1:8080/hello?who=you', { method: 'POST', body: next.body });
  const told = await answer.text();
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(told) };
  const { status } = await call(`/invocation/${id}/response`, 'POST', told, headers);
  if (status !== 202) process.exit(2);
}
