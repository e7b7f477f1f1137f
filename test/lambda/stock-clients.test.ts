import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { programsOf, type Programs } from '../stock-tools/programs.ts';
import { stockTools } from '../stock-tools/stock-tools.ts';
import { openGate, type Gate } from './gate.ts';

// What goes on while a function runs, by AWS's tools that are not JavaScript, on each driver that runs here at native speed.

const streams = `
const { once } = require('node:events');
const does = {
  async echo(event, stream) { stream.write('first'); await fetch(event.gate); stream.end('last'); },
  async fail(event, stream) { stream.write('some'); throw new RangeError('as asked'); },
  async large(event, stream) {
    for (let n = 0; n < event.mb; n++)
      if (!stream.write(Buffer.alloc(1_048_576, String(n % 10)))) await once(stream, 'drain');
    stream.end();
  },
};
exports.handler = awslambda.streamifyResponse((event, stream) => does[event.do](event, stream));
`;

const generator = `
def handler(event, context):
    yield "first"
    yield event["n"]
`;

const talks = `
exports.handler = async (event) => {
  console.log('tick', event.n);
  if (event.gate === undefined) return;
  console.log('held');
  await fetch(event.gate);
  console.log('let go');
};
`;

/** Prints what is known at the start, each part as it comes, and the end; of large answers how many bytes came, and their digest. */
const program = `
import boto3, hashlib, json, sys
answer = boto3.client('lambda').invoke_with_response_stream(FunctionName=sys.argv[1], Payload=sys.argv[2])
print(json.dumps([answer['StatusCode'], answer['ExecutedVersion'], answer['ResponseStreamContentType']]))
digest, count = hashlib.sha256(), 0
for event in answer['EventStream']:
    part = event.get('PayloadChunk', {}).get('Payload', b'')
    digest.update(part)
    count += len(part)
    if 0 < len(part) < 100:
        print(part.decode())
    if 'InvokeComplete' in event:
        print(json.dumps(event['InvokeComplete']))
print(count, digest.hexdigest())
`;

const tools = await stockTools();
for (const { name: driver, skip: noDriver } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; what stands between it and these clients is the same.
  if (driver === 'microvm') continue;
  describe(`stock clients, driver ${driver}`, { skip: noDriver || tools.skip }, () => {
    let service: RunningService;
    let gate: Gate;
    let programs: Programs;
    before(async () => {
      [service, gate] = await Promise.all([startHeddle(await newHome(), '--driver', driver), openGate()]);
      programs = programsOf(tools, service);
      await deploy(service, 'streams', streams, { Timeout: 60, Tags: gate.tags });
      await deploy(service, 'talks', talks, { Timeout: 60, Tags: gate.tags });
    });
    after(async () => {
      await service[Symbol.asyncDispose]();
      await gate[Symbol.asyncDispose]();
    });

    test('boto3 is given the first part of a streamed answer while its handler goes on', async () => {
      const door = gate.door();
      const event = JSON.stringify({ do: 'echo', gate: door.url });
      await using reader = programs.following('python3', '-c', program, 'streams', event);
      assert.deepEqual(JSON.parse(await reader.line()), [200, '$LATEST', 'application/vnd.amazon.eventstream']);
      assert.equal(await reader.line(), 'first');
      door.open();
      assert.equal(await reader.line(), 'last');
      assert.deepEqual(JSON.parse(await reader.line()), {});
    });

    test('boto3 is told of what was thrown after the first part', async () => {
      const [, first, complete = ''] = (await programs.python(program, 'streams', '{"do":"fail"}')).split('\n');
      assert.equal(first, 'some');
      const { ErrorCode, ErrorDetails } = JSON.parse(complete);
      assert.equal(ErrorCode, 'Unhandled');
      assert.deepEqual(
        [JSON.parse(ErrorDetails).errorType, JSON.parse(ErrorDetails).errorMessage],
        ['RangeError', 'as asked'],
      );
    });

    test('boto3 checks every part of a large answer, and has them all', async () => {
      const mb = 24;
      const digest = createHash('sha256');
      for (let n = 0; n < mb; n++) digest.update(Buffer.alloc(1_048_576, String(n % 10)));
      const lines = (await programs.python(program, 'streams', JSON.stringify({ do: 'large', mb }))).trim().split('\n');
      assert.equal(lines.at(-1), `${mb * 1_048_576} ${digest.digest('hex')}`);
    });

    test('boto3 streams from a generator of Python', async () => {
      const Code = { ZipFile: await zipOf({ 'app.py': generator }) };
      await deploy(service, 'generator', '', { Code, Runtime: 'python3.11', Handler: 'app.handler' });
      const lines = (await programs.python(program, 'generator', '{"n":"last"}')).split('\n');
      assert.deepEqual(lines.slice(1, -2).join(''), 'firstlast{}');
    });

    test('the AWS CLI shows what a function prints while that still runs, by both of its ways', async () => {
      const { Account } = JSON.parse(await programs.aws('sts', 'get-caller-identity'));
      const group = '/aws/lambda/talks';
      const arn = `arn:aws:logs:${service.region}:${Account}:log-group:${group}`;
      await using tail = programs.following('aws', 'logs', 'tail', group, '--follow', '--format', 'short');
      await using live = programs.following('aws', 'logs', 'start-live-tail', '--log-group-identifiers', arn);
      const shown = async (following: typeof tail, words: RegExp): Promise<string> => {
        for (;;) {
          const line = await following.line();
          if (words.test(line)) return line;
        }
      };
      // Neither says when it has begun.
      let begun = false;
      const both = Promise.all([shown(tail, /tick 0/), shown(live, /tick 0/)]).finally(() => (begun = true));
      while (!begun) await call({ n: 0 });
      await both;
      const door = gate.door();
      const running = call({ n: 1, gate: door.url });
      await Promise.all([shown(tail, /held/), shown(live, /held/)]);
      door.open();
      await running;
      await Promise.all([shown(tail, /let go/), shown(live, /let go/)]);
    });

    async function call(event: object): Promise<void> {
      const command = new InvokeCommand({ FunctionName: 'talks', Payload: JSON.stringify(event) });
      assert.equal((await service.client.send(command)).FunctionError, undefined);
    }
  });
}
