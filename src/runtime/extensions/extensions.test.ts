import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeScript, TestedSupervisor } from './testing.ts';

/** AWS's documented way, in bash and curl; `onEvent` is bash with `$EVENT` to look at, and `$FILE` to write to. */
function bash(events: string, onEvent: string, before = ''): string {
  return `#!/bin/bash
set -uo pipefail
api=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
FILE=$(dirname "$0")/../$(basename "$0").log
headers=$(mktemp); exec 9<>"$headers"; rm "$headers"; headers=/dev/fd/9
curl -sS -D "$headers" -X POST "$api/register" -H "Lambda-Extension-Name: $(basename "$0")" \\
  -H 'Lambda-Extension-Accept-Feature: accountId' -d '{"events":[${events}]}' >> "$FILE"
echo >> "$FILE"
ID=$(sed -n 's/^lambda-extension-identifier: *\\([^\\r]*\\)\\r*$/\\1/Ip' "$headers")
${before}
while true; do
  EVENT=$(curl -sS "$api/event/next" -H "Lambda-Extension-Identifier: $ID")
  echo "$EVENT" >> "$FILE"
  ${onEvent}
  case "$EVENT" in *SHUTDOWN*) exit 0;; esac
done
`;
}

const both = '"INVOKE","SHUTDOWN"';
const echo = { 'task/index.js': `exports.handler = async (event) => { console.log('has', event); return event; };` };

/** What an extension wrote to its file, line by line, parsed. */
async function linesOf({ folder }: TestedSupervisor, name: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, `${name}.log`), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

test('an extension registers, is told of each invocation and of the end, and prints into the log', async () => {
  await using tested = await TestedSupervisor.start({ ...echo, 'extensions/watch': bash(both, 'echo "saw it"') });
  const first = await tested.invoke({ n: 1 });
  assert.deepEqual(first.value, { n: 1 });
  if (first.answer.lingers === true) await tested.next('rested');
  assert.match(first.log, /EXTENSION\tName: watch\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]\n/);
  assert.match(first.log, /has \{ n: 1 \}/);
  const second = await tested.invoke({ n: 2 }, 'r-2');
  assert.deepEqual(second.value, { n: 2 });
  if (second.answer.lingers === true) await tested.next('rested');
  await tested.shutDown();
  const [registered, one, two, end] = await linesOf(tested, 'watch');
  assert.deepEqual(registered, {
    accountId: '000000000123',
    functionName: 'tested',
    functionVersion: '$LATEST',
    handler: 'index.handler',
  });
  for (const [event, requestId] of [
    [one, 'r-1'],
    [two, 'r-2'],
  ] as const) {
    const { deadlineMs, ...rest } = event ?? {};
    assert.deepEqual(rest, {
      eventType: 'INVOKE',
      requestId,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000123:function:tested',
      tracing: { type: 'X-Amzn-Trace-Id', value: 'Root=1-2-3' },
    });
    assert.ok(Number(deadlineMs) > Date.now() - 60_000 && Number(deadlineMs) < Date.now() + 5_000);
  }
  assert.equal(end?.['eventType'], 'SHUTDOWN');
  assert.equal(end?.['shutdownReason'], 'spindown');
  assert.deepEqual(tested.types.slice(0, 4), ['rested', 'started', 'initialised', 'result']);
});

test('an answer does not wait for an extension, and the container does', async () => {
  const slow = bash(both, `until [ -e "$(dirname "$0")/go" ]; do sleep 0.01; done`);
  await using tested = await TestedSupervisor.start({ ...echo, 'extensions/sub/none': '', 'extensions/slow': slow });
  const { answer } = await tested.invoke();
  assert.equal(answer.lingers, true);
  assert.deepEqual(tested.types, ['rested', 'started', 'initialised', 'result']);
  const rested = tested.next('rested');
  await writeFile(join(tested.folder, 'extensions/go'), '');
  await rested;
});

test('extensions see the function’s environment but for what is the runtime’s own', async () => {
  const show = bash(both, '', `env | sort > "$FILE.env"; pwd >> "$FILE.env"`);
  await using tested = await TestedSupervisor.start({ ...echo, 'extensions/show': show });
  await tested.invoke();
  const lines = (await readFile(join(tested.folder, 'show.log.env'), 'utf8')).split('\n');
  assert.ok(lines.includes('SHARED=yes') && lines.includes(`AWS_LAMBDA_RUNTIME_API=${tested.address}`));
  assert.ok(lines.includes('/'));
  for (const name of ['_HANDLER', 'LAMBDA_TASK_ROOT']) assert.ok(!lines.some((line) => line.startsWith(`${name}=`)));
});

test('one that fails at its start fails the invocation by AWS’s name for it, and so does the end of one that was there', async () => {
  const reports = (path: string, then = 'exit 3'): string =>
    `curl -sS -o /dev/null -X POST "$api/${path}/error" -H "Lambda-Extension-Identifier: $ID" -H 'Lambda-Extension-Function-Error-Type: Mine.Bad' -d '{}'; ${then}`;
  const cases: readonly (readonly [string, string, RegExp, 'init' | 'invoke'])[] = [
    ['#!/bin/bash\nexit 7\n', 'Extension.Crash', /^RequestId: r-1 Error: exit status 7$/, 'init'],
    ['#!/bin/bash\nexit 0\n', 'Extension.Crash', /^RequestId: r-1 Error: exit code 0$/, 'init'],
    ['#!/bin/bash\nkill -SEGV $$\n', 'Extension.Crash', /Error: signal: segmentation fault$/, 'init'],
    [bash(both, '', reports('init')), 'Extension.InitError', /Error: exit status 3$/, 'init'],
    [bash(both, '', reports('exit')), 'Extension.ExitError', /Error: exit status 3$/, 'init'],
    [bash(both, reports('exit')), 'Extension.ExitError', /Error: exit status 3$/, 'invoke'],
    [bash(both, 'exit 1'), 'Extension.Crash', /Error: exit status 1$/, 'invoke'],
  ];
  for (const [program, errorType, message, phase] of cases) {
    const slow = { 'task/index.js': 'exports.handler = () => new Promise(() => setTimeout(() => {}, 60_000));' };
    await using tested = await TestedSupervisor.start({ ...slow, 'extensions/bad': program });
    const { answer } = await tested.invoke();
    assert.ok(answer.type === 'error', errorType);
    assert.equal(answer.error.errorType, errorType);
    assert.match(answer.error.errorMessage, message);
    assert.equal(answer.phase, phase);
    assert.equal(answer.exits, true);
    assert.equal(await tested.exited, 1);
  }
});

test('a file that is no program cannot be launched, and eleven are too many', async () => {
  const files = { ...echo, 'extensions/a.not': '#!/bin/bash\n' };
  await using tested = await TestedSupervisor.start(files);
  const { answer, log } = await tested.invoke();
  assert.ok(answer.type === 'error' && answer.error.errorType === 'Extension.LaunchError');
  assert.match(log, /EXTENSION\tName: a\.not\tState: LaunchError\tEvents: \[\]\tError Type: PermissionDenied\n/);
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`extensions/${n}`, bash(both, '')]));
  await using crowd = await TestedSupervisor.start({ ...echo, ...many });
  const full = (await crowd.invoke()).answer;
  assert.ok(full.type === 'error' && full.error.errorType === 'Extension.LaunchError');
  assert.match(full.error.errorMessage, /Extension limit \(10\) reached/);
});

test('what an extension may not say is refused with AWS’s types', async () => {
  const script = `${nodeScript}
    const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
    const say = async (method, path, headers, body) => {
      const answer = await fetch(api + path, { method, headers, body });
      return [answer.status, (await answer.json()).errorType ?? ''];
    };
    (async () => {
      const name = { 'Lambda-Extension-Name': 'rude.js' };
      const seen = [
        await say('POST', 'register', {}, '{}'),
        await say('POST', 'register', name, '{'),
        await say('POST', 'register', name, '{"configurationKeys":["a"]}'),
        await say('POST', 'register', name, '{"events":["REBOOT"]}'),
        await say('POST', 'register', { 'Lambda-Extension-Name': 'inner' }, '{"events":["SHUTDOWN"]}'),
        await say('POST', 'register', name, 'x'.repeat(1_100_000)),
        await say('GET', 'event/next', {}),
        await say('GET', 'event/next', { 'Lambda-Extension-Identifier': 'x' }),
        await say('GET', 'event/next', { 'Lambda-Extension-Identifier': '01234567-89ab-4def-8123-456789abcdef' }),
      ];
      const answer = await fetch(api + 'register', { method: 'POST', headers: name, body: '{"events":["INVOKE"]}' });
      const id = { 'Lambda-Extension-Identifier': answer.headers.get('lambda-extension-identifier') };
      seen.push(Object.keys(await answer.json()));
      seen.push(await say('POST', 'register', name, '{"events":["INVOKE"]}'));
      seen.push(await say('POST', 'init/error', id, '{}'));
      for (let n = 0; n < 10; n++)
        seen.push(await say('POST', 'register', { 'Lambda-Extension-Name': 'inner-' + n }, '{}'));
      require('fs').writeFileSync(__dirname + '/../seen.json', JSON.stringify(seen));
      process.exit(5);
    })();`;
  await using tested = await TestedSupervisor.start({ ...echo, 'extensions/rude.js': script });
  await tested.invoke();
  const seen: unknown = JSON.parse(await readFile(join(tested.folder, 'seen.json'), 'utf8'));
  assert.deepEqual(seen, [
    [403, 'Extension.InvalidExtensionName'],
    [403, 'InvalidRequestFormat'],
    [403, 'InvalidRequestFormat'],
    [403, 'Extension.InvalidEventType'],
    [403, 'Extension.InvalidEventType'],
    [413, 'RequestEntityTooLarge'],
    [403, 'Extension.MissingExtensionIdentifier'],
    [403, 'Extension.InvalidExtensionIdentifier'],
    [403, 'Extension.UnknownExtensionIdentifier'],
    ['functionName', 'functionVersion', 'handler'],
    [403, 'Extension.InvalidExtensionState'],
    [403, 'Extension.MissingHeader'],
    ...Array.from({ length: 9 }, () => [200, '']),
    [403, 'Extension.TooManyExtensions'],
  ]);
});

test('an internal extension of the function’s own code is told of invocations, and is waited for', async () => {
  const code = `
    const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension/';
    const seen = [];
    const name = { 'Lambda-Extension-Name': 'inside' };
    const answer = await fetch(api + 'register', { method: 'POST', headers: name, body: '{"events":["INVOKE"]}' });
    const headers = { 'Lambda-Extension-Identifier': answer.headers.get('lambda-extension-identifier') };
    (async () => {
      for (;;) seen.push((await (await fetch(api + 'event/next', { headers })).json()).requestId);
    })();
    export const handler = async () => {
      const late = await fetch(api + 'register', { method: 'POST', headers: { 'Lambda-Extension-Name': 'late' }, body: '{}' });
      return [seen, (await late.json()).errorType];
    };`;
  await using tested = await TestedSupervisor.start({ 'task/index.mjs': code, 'extensions/plain': bash(both, '') });
  const first = await tested.invoke();
  if (first.answer.lingers === true) await tested.next('rested');
  assert.deepEqual(first.value, [['r-1'], 'Extension.RegistrationClosed']);
  assert.match(first.log, /EXTENSION\tName: inside\tState: Ready\tEvents: \[INVOKE\]\n/);
  assert.deepEqual((await tested.invoke({}, 'r-2')).value, [['r-1', 'r-2'], 'Extension.RegistrationClosed']);
});

test('the end of a runtime is told to extensions, and one that ignores it is killed with what it started', async () => {
  const dies = { 'task/index.js': 'exports.handler = () => process.exit(9);' };
  const stays = `#!/bin/bash\ntrap '' TERM\n${bash(both, '').replace('exit 0', 'sleep 600 & sleep 600').slice('#!/bin/bash\n'.length)}`;
  await using tested = await TestedSupervisor.start({ ...dies, 'extensions/stays': stays });
  const { answer } = await tested.invoke();
  assert.ok(answer.type === 'error');
  assert.deepEqual(answer.error, {
    errorType: 'Runtime.ExitError',
    errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 9',
  });
  assert.equal(await tested.exited, 1);
  const last = (await linesOf(tested, 'stays')).at(-1);
  assert.equal(last?.['shutdownReason'], 'failure');
  const took = Number(last?.['deadlineMs']) - Date.now();
  assert.ok(took < 100, `${took}`);
});
