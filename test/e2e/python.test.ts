import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../src/cli/testing.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { pythonRuntimes, type PythonRuntimeName } from '../../src/model/runtimes/configuration.ts';
import { driversUnderTest } from './drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type Answer, type RunningService } from './service.ts';

// What functions of Python do and are told, by the stock AWS client, on each driver that runs here at native speed.

const app = `
import json, os, subprocess, sys, threading, time

def handler(event, context):
    return globals()[event.pop("do")](event, context)

def about(event, context):
    threads = [t.name for t in threading.enumerate()]
    return {"version": list(sys.version_info[:2]), "left": context.get_remaining_time_in_millis(), "name": context.function_name,
            "paths": sys.path[0], "env": os.environ["AWS_EXECUTION_ENV"], "threads": threads, "user": os.getuid() != 0}

def fail(event, context):
    print("before")
    raise RuntimeError("as asked")

def leave(event, context):
    sys.exit(7)

def crash(event, context):
    os.abort()

def endless(event, context):
    print("looping", end="")
    while True: pass

def hungry(event, context):
    held = []
    while True: held.append(bytearray(8 << 20))

def program(event, context):
    subprocess.run([sys.executable, "-c", "print('from a program')"], check=True)
    return json.loads(subprocess.check_output([sys.executable, "-c", "import sqlite3, ssl, ctypes, lzma, json; print(json.dumps('all there'))"]))

def pool(event, context):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as threads: return sum(threads.map(lambda n: n * n, range(100)))

def sdk(event, context):
    import boto3
    client = boto3.client("lambda", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    return [client.meta.service_model.service_name, len(client.meta.service_model.operation_names) > 50]

def outside(event, context):
    from urllib.error import HTTPError
    from urllib.request import urlopen
    try: urlopen(os.environ["AWS_ENDPOINT_URL_LAMBDA"] + "/healthz")
    # The service is there, and lets nobody in from inside who does not sign.
    except HTTPError as error: return [error.code, "x-amzn-requestid" in error.headers]

def other(event, context):
    import boto3
    answer = boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=json.dumps({"do": "about"}))
    return json.load(answer["Payload"])["name"]

def queue(event, context):
    import boto3
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="python")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="from Python")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return message["Body"]

def write(event, context):
    try:
        open("/var/task/new", "w")
    except OSError as error:
        return error.strerror
`;

/** Whether a driver can have a runtime on this machine, whatever other tests have put into the cache. */
function isThere(driver: string, runtime: PythonRuntimeName): boolean {
  return driver !== 'host' || existsSync(`/usr/bin/${runtime}`);
}

for (const { name, skip } of await driversUnderTest()) {
  // Emulated, each container of Python takes some ten seconds to make.
  if (name === 'microvm') continue;
  describe(`Python, driver ${name}`, { skip }, () => {
    let service: RunningService;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', name, ...littleWarm);
    });
    after(() => service[Symbol.asyncDispose]());

    for (const runtime of pythonRuntimes) {
      const functionName = `f-${runtime.replace('.', '')}`;
      const call = (what: string): Promise<Answer> => invoke(service, functionName, { do: what });
      describe(runtime, { skip: isThere(name, runtime) ? false : 'not on this machine' }, () => {
        before(async () => {
          const Code = { ZipFile: await zipOf({ 'app.py': app }) };
          await deploy(service, functionName, '', { Code, Runtime: runtime, Handler: 'app.handler' });
        });

        test('runs in a container whose interpreter was there', async () => {
          const { payload, path } = await call('about');
          const version = runtime.slice('python'.length).split('.').map(Number);
          assert.partialDeepStrictEqual(payload, {
            version,
            name: functionName,
            paths: '/var/task',
            env: `AWS_Lambda_${runtime}`,
            threads: ['MainThread'],
            user: true,
          });
          assert.notEqual(path, 'cold-instance');
          const { left } = Object(payload);
          assert.ok(left > 5_000 && left <= 10_000, String(left));
        });

        test('fails in the words and fields of AWS, and says so in its log', async () => {
          const { payload, functionError, log } = await call('fail');
          assert.equal(functionError, 'Unhandled');
          assert.partialDeepStrictEqual(payload, { errorType: 'RuntimeError', errorMessage: 'as asked' });
          assert.match(String(Object(payload).requestId), /^[0-9a-f-]{36}$/);
          assert.match(
            String(Object(payload).stackTrace[0]),
            /^ {2}File "\/var\/task\/app\.py", line \d+, in handler\n/,
          );
          assert.match(log, /before\n\[ERROR\] RuntimeError: as asked\nTraceback/);
        });

        test('ends as its process ends, and the next call has another', async () => {
          const { container } = await call('about');
          const left = await call('leave');
          assert.match(JSON.stringify(left.payload), /Runtime\.ExitError.*exit status 7/);
          const crashed = await call('crash');
          assert.match(JSON.stringify(crashed.payload), /Runtime\.ExitError.*signal: aborted/);
          const again = await call('about');
          assert.equal(again.functionError, undefined);
          assert.notEqual(again.container, container);
        });

        test('is stopped by its limits of time and memory, from outside', async () => {
          const limited = `${functionName}-limited`;
          const Code = { ZipFile: await zipOf({ 'app.py': app }) };
          await deploy(service, limited, '', { Code, Runtime: runtime, Handler: 'app.handler', Timeout: 1 });
          const late = await invoke(service, limited, { do: 'endless' });
          assert.match(JSON.stringify(late.payload), /timed out after 1\.00 seconds/);
          assert.match(late.log, /looping/);
          const { payload, log } = await call('hungry');
          assert.match(JSON.stringify(payload), /Runtime\.ExitError|Runtime\.OutOfMemory|MemoryError/);
          assert.match(log, /more memory|MemoryError/);
        });

        test('starts programs and threads, and reads its code, which it cannot change', async () => {
          const started = await call('program');
          assert.deepEqual([started.payload, started.functionError], ['all there', undefined]);
          assert.match(started.log, /from a program\n/);
          assert.equal((await call('pool')).payload, 328_350);
          assert.match(String((await call('write')).payload), /Read-only file system|Permission denied/);
        });

        test('finds large modules compiled', async () => {
          const about = 'def about(event, context):\n  import os\n  return os.path.exists(__cached__)\n';
          const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64');
          const Code = { ZipFile: await zipOf({ 'app.py': about, 'more.py': `text = "${noise}"` }) };
          const compiled = `${functionName}-compiled`;
          await deploy(service, compiled, '', { Code, Runtime: runtime, Handler: 'app.about' });
          assert.equal((await invoke(service, compiled)).payload, true);
        });

        test('connects by name, in a container that was there before its code', async () => {
          assert.deepEqual((await call('outside')).payload, [403, true]);
        });

        const noSdk = name === 'host' && 'the host driver uses what this machine has';
        test('has boto3, which calls functions of this service', { skip: noSdk }, async () => {
          assert.deepEqual((await call('sdk')).payload, ['lambda', true]);
          assert.equal((await call('other')).payload, functionName);
          assert.equal((await runCli(service.home, ['queue', 'create', 'python'])).code, 0);
          assert.equal((await call('queue')).payload, 'from Python');
        });
      });
    }
  });
}
