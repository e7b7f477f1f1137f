import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../model/limits.ts';
import { nodes } from '../node/testing.ts';
import { startProvided } from './testing.ts';

/** What AWS documents as the smallest bootstrap: bash and curl. `answer` is bash: what to do with `$EVENT` and `$ID`. */
function bash(answer: string, before = ''): string {
  return `#!/bin/bash
set -euo pipefail
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
headers=$(mktemp); exec 9<>"$headers"; rm "$headers"; headers=/dev/fd/9
${before}
while true; do
  EVENT=$(curl -sS -D "$headers" "$api/invocation/next")
  ID=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([^\\r]*\\)\\r*$/\\1/Ip' "$headers")
  ${answer}
done
`;
}

const echo = `curl -sS -o /dev/null -X POST "$api/invocation/$ID/response" -d "$EVENT"`;
const status = `-o /dev/null -w '%{http_code}\\n'`;

test('a bootstrap of bash and curl serves one invocation after the other', async () => {
  await using runtime = await startProvided({ bootstrap: bash(`echo "has $EVENT"; ${echo}`, 'echo begins') });
  const first = await runtime.first('any', { n: 1 });
  assert.deepEqual(first.value, { n: 1 });
  assert.equal(first.log, 'begins\nhas {"n":1}\n');
  assert.deepEqual(first.types.toSpliced(1, first.types.length - 2), ['started', 'result']);
  assert.equal(runtime.initialised.length, 1);
  const second = await runtime.invoke({ n: 2 });
  assert.deepEqual(second.value, { n: 2 });
  assert.equal(second.log, 'has {"n":2}\n');
  assert.equal(second.last.initMs, undefined);
  assert.ok(first.last.memoryPeakMb > 0 && (first.last.initMs ?? -1) >= 0);
});

test('a container prints nothing of its own, whatever locales its machine has', async () => {
  const runtime = await startProvided({ bootstrap: bash(echo) });
  await runtime.first('any');
  await runtime[Symbol.asyncDispose]();
  assert.equal(await runtime.output, '');
});

test('what stands beside an invocation comes in its headers, and the environment is as AWS has it', async () => {
  const answer = `curl -sS -o /dev/null -X POST "$api/invocation/$ID/response" --data-binary @<(
    cat "$headers"; echo "$_HANDLER|\${AWS_EXECUTION_ENV-none}|$PWD|$#"; readlink /proc/self/fd/0)`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  runtime.init({
    handler: 'my handler',
    environment: { PATH: '/usr/bin:/bin', _HANDLER: 'my handler', AWS_EXECUTION_ENV: 'x' },
  });
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const traceparent = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
  const before = Date.now();
  const { value } = await runtime.invoke(
    {},
    { requestId: 'r-1', clientContext: '{"a":\n"ä"}', traceId, traceparent, traceState: 'vendor=1', timeoutMs: 60_000 },
  );
  const lines = String(value).split(/\r?\n/);
  for (const line of [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    'Lambda-Runtime-Aws-Request-Id: r-1',
    'Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:tested',
    'Lambda-Runtime-Client-Context: {"a":"ä"}',
    `Lambda-Runtime-Trace-Id: ${traceId}`,
    `traceparent: ${traceparent}`,
    'tracestate: vendor=1',
    `my handler|none|${runtime.taskRoot}|0`,
    '/dev/null',
  ])
    assert.ok(lines.includes(line), `${line} in\n${String(value)}`);
  const deadline = Number(/^Lambda-Runtime-Deadline-Ms: (\d+)\r?$/m.exec(String(value))?.[1]);
  // From when it was handed out.
  assert.ok(deadline >= before + 60_000 && deadline <= Date.now() + 60_001, String(deadline - before));
});

test('an error that the bootstrap reports reaches the caller as it is', async () => {
  const report = '{"errorMessage":"no","errorType":"Mine","stackTrace":["a"],"more":1}';
  const answer = `curl -sS -o /dev/null -X POST "$api/invocation/$ID/error" -H 'Lambda-Runtime-Function-Error-Type: Mine' -d '${report}'`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  const { last } = await runtime.first();
  assert.ok(last.type === 'error' && last.phase === 'invoke' && last.exits === undefined);
  assert.deepEqual(last.error, { errorType: 'Mine', errorMessage: 'no', json: report });
  assert.equal((await runtime.invoke()).last.type, 'error');
});

test('what has no place is refused: an answer to another invocation, a second one, an error of initialisation, other paths and methods', async () => {
  const post = `curl -sS ${status} -X POST`;
  const before = 'LATER=none';
  const answer = `echo "$LATER"
    ${post} "$api/invocation/other/response" -d 1
    ${post} "$api/init/error" -d '{}'
    ${post} "$api/invocation/$ID/response" -d 1
    LATER=$(
      ${post} "$api/invocation/$ID/response" -d 2
      ${post} "$api/invocation/$ID/error" -d '{}'
      ${post} "$api/invocation/next"
      ${post} "$api/nowhere"
      curl -sS ${status} "$api/invocation/$ID/response"
      curl -sS -X POST "$api/invocation/other/response" -d 1
      curl -sS -X POST "$api/invocation/$ID/response" -d 2)`;
  await using runtime = await startProvided({ bootstrap: bash(answer, before) });
  const first = await runtime.first();
  assert.deepEqual(first.value, 1);
  assert.match(first.log, /^none\n400\n403\n/);
  const { log } = await runtime.invoke();
  const words = [
    '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}',
    '{"errorMessage":"State transition from ResponseSent to InvocationResponse failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}',
  ];
  // The first answer's 202 may have come before the next invocation.
  const later = log.replace(/^202\n/, '');
  assert.ok(later.startsWith(`403\n403\n405\n404\n405\n${words.join('\n')}\n400\n403\n`), log);
});

test('an answer that is too large is refused, and the bootstrap goes on', async () => {
  const large = `head -c ${limits.answerBytesMax + 1} /dev/zero`;
  const answer = `if [ "$EVENT" = '"large"' ]; then
      ${large} | curl -sS ${status} -X POST "$api/invocation/$ID/response" -H 'Expect:' --data-binary @- > /tmp/status-$$
    else curl -sS -o /dev/null -X POST "$api/invocation/$ID/response" -d "$(cat /tmp/status-$$)"; rm /tmp/status-$$; fi`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  const { last } = await runtime.first('any', 'large');
  assert.ok(last.type === 'error', JSON.stringify(last));
  assert.equal(last.error.errorType, 'Function.ResponseSizeTooLarge');
  assert.equal((await runtime.invoke()).value, 413);
});

test('a streamed answer, and an error in its trailers', async () => {
  const error = Buffer.from('{"errorType":"Half","errorMessage":"way"}').toString('base64');
  const send = (trailer: string): string =>
    `exec 5<>/dev/tcp/\${AWS_LAMBDA_RUNTIME_API/:/\\/}
     printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\nTransfer-Encoding: chunked\\r\\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\\r\\n\\r\\n3\\r\\n[1,\\r\\n2\\r\\n2]\\r\\n0\\r\\n${trailer}\\r\\n' "$ID" >&5
     read -r line <&5; exec 5>&-`;
  const trailer = `Lambda-Runtime-Function-Error-Type: Half\\r\\nLambda-Runtime-Function-Error-Body: ${error}\\r\\n`;
  const answer = `if [ "$EVENT" = '"fail"' ]; then ${send(trailer)}; else ${send('')}; fi`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  assert.deepEqual((await runtime.first('any', 'whole')).value, [1, 2]);
  const { last } = await runtime.invoke('fail');
  assert.ok(last.type === 'error');
  assert.equal(last.error.json, '{"errorType":"Half","errorMessage":"way"}');
  assert.deepEqual((await runtime.invoke('whole')).value, [1, 2]);
});

test('an answer that breaks off is an error of its own, and a mode that nobody knows, too', async () => {
  const answer = `if [ "$EVENT" = '"mode"' ]; then
      curl -sS -o /dev/null -X POST "$api/invocation/$ID/response" -H 'Lambda-Runtime-Function-Response-Mode: dripping' -d 1
    else
      exec 5<>/dev/tcp/\${AWS_LAMBDA_RUNTIME_API/:/\\/}
      printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 9\\r\\n\\r\\n[1' "$ID" >&5
      exec 5>&-
    fi`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  const first = (await runtime.first()).last;
  assert.ok(first.type === 'error' && first.error.errorType === 'Runtime.TruncatedResponse');
  const second = (await runtime.invoke('mode')).last;
  assert.ok(second.type === 'error' && second.error.errorType === 'Runtime.InvalidResponseModeHeader');
});

test('who asks again before it has answered gets the same invocation again', async () => {
  const answer = `AGAIN=$(curl -sS "$api/invocation/next"); curl -sS -o /dev/null -X POST "$api/invocation/$ID/response" -d "[$EVENT,$AGAIN]"`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  assert.deepEqual((await runtime.first('any', 7)).value, [7, 7]);
});

test('an error of initialisation is reported with its body, and is the last word', async () => {
  const report = '{"errorMessage":"no database","errorType":"Init"}';
  const before = `curl -sS -o /dev/null -X POST "$api/init/error" -d '${report}'; exit 3`;
  await using runtime = await startProvided({ bootstrap: bash('true', before) });
  const { last } = await runtime.first();
  assert.ok(last.type === 'error' && last.phase === 'init' && last.exits === true);
  assert.deepEqual(last.error, { errorType: 'Init', errorMessage: 'no database', json: report });
  assert.equal(await runtime.exited, 3);
});

test('a bootstrap that ends takes its container along, with its own code or signal, and its last words are heard', async () => {
  for (const [end, code] of [
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -SEGV $$', 139],
  ] as const) {
    await using runtime = await startProvided({ bootstrap: `#!/bin/bash\necho farewell\n${end}\n` });
    runtime.init();
    runtime.send({});
    const heard = [(await runtime.receive()).type, await runtime.receive()];
    assert.deepEqual(heard, ['started', { type: 'log', text: 'farewell\n' }]);
    assert.equal(await runtime.exited, code);
  }
});

test('what is no program is named, with what helps', async () => {
  const cases = [
    [
      { other: '' },
      0o755,
      /Couldn't find valid bootstrap\(s\): \[.*\/bootstrap \/opt\/bootstrap\]$/,
      /no file named bootstrap/,
    ],
    [{ bootstrap: '#!/bin/bash\n' }, 0o644, /Error: fork\/exec .*\/bootstrap: permission denied$/, /not executable/],
    [{ bootstrap: '#!/bin/nonsense\n' }, 0o755, /: no such file or directory$/, /cannot be run here/],
  ] as const;
  for (const [files, mode, message, hint] of cases) {
    await using runtime = await startProvided(files, mode);
    const { last, log } = await runtime.first();
    assert.ok(last.type === 'error' && last.phase === 'init' && last.exits === true);
    assert.equal(last.error.errorType, 'Runtime.InvalidEntrypoint');
    assert.match(last.error.errorMessage, message);
    assert.match(log, hint);
  }
});

test('what is printed can be opened by name, comes from children, too, and is all there when the answer is', async () => {
  const answer = `echo by-name > /dev/stderr; echo tee | tee /dev/stderr > /dev/null; (echo child; head -c 100000 /dev/zero | tr '\\0' x); ${echo}`;
  await using runtime = await startProvided({ bootstrap: bash(answer) });
  const { log } = await runtime.first();
  assert.equal(log.length, 'by-name\ntee\nchild\n'.length + 100_000);
  assert.match(log, /^by-name\ntee\nchild\nx+$/);
});

test('what misuses the API loses its connections, and the API goes on', async () => {
  const abuse = `perl -MIO::Socket::INET -e '
    $SIG{PIPE} = "IGNORE";
    my @idle = map { IO::Socket::INET->new($ENV{AWS_LAMBDA_RUNTIME_API}) } 1 .. 400;
    sub start { my $s = IO::Socket::INET->new($ENV{AWS_LAMBDA_RUNTIME_API}) or return; print $s $_[0]; $s->flush; return $s }
    undef @idle;
    my $bad = start("POST /2018-06-01/runtime/invocation/other/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999\\r\\n\\r\\n");
    for (1 .. 300) { print $bad "x" x 65536 or last }
    start("nonsense\\r\\n\\r\\n"); start("GET /" . ("y" x 3000000) . " HTTP/1.1\\r\\n\\r\\n");
    start("GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" x 2000);
  '`;
  await using runtime = await startProvided({ bootstrap: bash(`${abuse}; ${echo}`) });
  assert.equal((await runtime.first('any', 1)).value, 1);
  assert.equal((await runtime.invoke(2)).value, 2);
});

/** A bootstrap in Node that streams its answer: `lines` write to `answer`, an open request. */
function streamingNode(lines: string): string {
  return `#!${nodes['24']}
const http = require('node:http');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const say = (method, path, headers, then) => http.request({ host, port, method, path: '/2018-06-01/runtime/invocation/' + path, headers }, then);
const next = () => say('GET', 'next', {}, (reply) => reply.resume().on('end', () => {
  const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Content-Type': 'text/plain',
    Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body' };
  const answer = say('POST', reply.headers['lambda-runtime-aws-request-id'] + '/response', headers, (done) => done.resume().on('end', next));
  ${lines}
})).end();
next();
`;
}

test('an answer that is streamed goes out as it comes, and its trailers say how it failed', async () => {
  const trailers = `{ 'Lambda-Runtime-Function-Error-Type': 'Mine', 'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Mine","errorMessage":"mid"}').toString('base64') }`;
  const lines = `answer.write('one'); setTimeout(() => { answer.addTrailers(${trailers}); answer.end('two'); }, 20);`;
  await using runtime = await startProvided({ bootstrap: streamingNode(lines) });
  runtime.init();
  runtime.send({}, { stream: true });
  const said: unknown[] = [];
  for (;;) {
    const message = await runtime.receive();
    if (message.type === 'part') said.push(Buffer.from(message.data).toString());
    if (message.type === 'stream') said.push(message.contentType);
    if (message.type !== 'error') continue;
    assert.deepEqual([...said, message.error.errorType], ['text/plain', 'one', 'two', 'Mine']);
    assert.equal(message.error.json, '{"errorType":"Mine","errorMessage":"mid"}');
    break;
  }
  const whole = await runtime.invoke({});
  assert.ok(whole.last.type === 'error' && whole.last.error.errorType === 'Mine');
});

test('a streamed answer is read no faster than it is taken, and dropped when nobody takes it', async () => {
  const lines = `const chunk = Buffer.alloc(65_536, 'x'); let left = 200;
    const more = () => { while (left-- > 0) if (!answer.write(chunk)) return answer.once('drain', more); answer.end(); }; more();`;
  await using runtime = await startProvided({ bootstrap: streamingNode(lines) });
  runtime.init();
  runtime.send({}, { stream: true });
  let bytes = 0;
  while (bytes < limits.streamWindowBytes / 2) {
    const message = await runtime.receive();
    if (message.type === 'part') bytes += message.data.length;
  }
  runtime.tell({ type: 'left' });
  for (;;) {
    const message = await runtime.receive();
    if (message.type === 'part') bytes += message.data.length;
    else if (message.type === 'result') break;
    else assert.notEqual(message.type, 'error');
  }
  assert.ok(bytes <= limits.streamWindowBytes, `${bytes}`);
});
