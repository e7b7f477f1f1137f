#!/bin/sh
# One would guess that AWS_ENDPOINT_URL_SQS says where the AWS SDK for JavaScript sends all requests for SQS, as it does for every other service, and as `endpoint` in the constructor
# does: the QueueUrl of a request is then a name within that service.
#
# It does not, for requests that have a QueueUrl: unless `endpoint` is given to the constructor, they go to the host of the QueueUrl, and the variable counts for the others only
# (CreateQueue, ListQueues). A URL that was written down by a program on another network, or behind a proxy, leads past the endpoint that was configured; asking the service for the
# URL (GetQueueUrl) at the place where it is used is what works.
#
# Packages: @aws-sdk/client-sqs 3.1175.0 from npm, Node. Source: its middleware-sdk-sqs, which replaces the resolved endpoint where the configuration has none of its own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-sqs@3.1175.0 >/dev/null
cat >look.mjs <<'END'
import { createServer } from 'node:http';
import { once } from 'node:events';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
let seen;
async function server(name) {
  const one = createServer((request, response) => {
    seen = name;
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(one, 'listening');
  return { close: () => one.close(), url: `http://127.0.0.1:${one.address().port}` };
}
const [configured, named] = [await server('the configured endpoint'), await server("the QueueUrl's host")];
process.env.AWS_ENDPOINT_URL_SQS = configured.url;
const common = { region: 'us-east-1', credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' }, maxAttempts: 1, md5: false };
const send = new SendMessageCommand({ QueueUrl: `${named.url}/123456789012/jobs`, MessageBody: 'hello' });
for (const [how, client] of [['variable', new SQSClient(common)], ['constructor', new SQSClient({ ...common, endpoint: configured.url })]])
  for (const [what, command] of [['ListQueues', new ListQueuesCommand({})], ['SendMessage', send]]) {
    await client.send(command);
    console.log(`${how}, ${what}: ${seen}`);
  }
for (const one of [configured, named]) one.close();
process.exit(0);
END
node look.mjs | tee seen
grep -q "^variable, ListQueues: the configured endpoint" seen && grep -q "^variable, SendMessage: the QueueUrl's host" seen &&
  grep -q "^constructor, SendMessage: the configured endpoint" seen || { echo 'This has changed.' >&2; exit 1; }
