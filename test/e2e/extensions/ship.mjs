#!/usr/bin/env node
// An extension by AWS's documentation: subscribes to telemetry, and posts what it hears to an HTTP sink after each invocation and at the end.
import { createServer } from 'node:http';
import { basename } from 'node:path';

const { AWS_LAMBDA_RUNTIME_API, SINK } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}`;
const port = 4243;
let heard = [];
let wake = () => undefined;
async function take(request, response) {
  heard.push(...JSON.parse((await request.toArray()).join('')));
  response.end();
  wake();
}

createServer((request, response) => void take(request, response)).listen(port, 'sandbox.localdomain');

const registered = await fetch(`${api}/2020-01-01/extension/register`, {
  method: 'POST',
  headers: { 'Lambda-Extension-Name': basename(process.argv[1] ?? '') },
  body: JSON.stringify({ events: ['INVOKE', 'SHUTDOWN'] }),
});
const headers = { 'Lambda-Extension-Identifier': registered.headers.get('lambda-extension-identifier') ?? '' };
const subscribed = await fetch(`${api}/2022-07-01/telemetry`, {
  method: 'PUT',
  headers,
  body: JSON.stringify({
    schemaVersion: '2022-12-13',
    types: ['platform', 'function', 'extension'],
    buffering: { maxItems: 1000, maxBytes: 262_144, timeoutMs: 25 },
    destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}/telemetry` },
  }),
});
process.stdout.write(`subscribed ${subscribed.status}\n`);
for (;;) {
  const event = await (await fetch(`${api}/2020-01-01/extension/event/next`, { headers })).json();
  const over = () =>
    event.eventType === 'SHUTDOWN' ||
    heard.some(({ type, record }) => type === 'platform.runtimeDone' && record.requestId === event.requestId);
  while (!over()) await new Promise((resolve) => (wake = resolve));
  await fetch(SINK, { method: 'POST', body: JSON.stringify([event, ...heard]) });
  heard = [];
  if (event.eventType === 'SHUTDOWN') process.exit(0);
}
