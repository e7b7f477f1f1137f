import fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import { decode } from '../../../protocol/framing/decode.ts';
import { FrameDecoder } from '../../../protocol/framing/frame.ts';
import { defaultEnvironment } from '../../../protocol/default-environment.ts';
import { initOnWire } from '../../../protocol/init-on-wire.ts';
import type { RuntimeInit, RuntimeRequest } from '../../../protocol/messages.ts';
import { parseRuntimeRequest } from '../../../protocol/requests.ts';
import { nodePlan } from '../../../protocol/node-options.ts';
import { logLine } from '../output/capture-console.ts';
import { applyEnvironment } from '../environment.ts';
import { applyNodeSettings } from '../node-settings.ts';
import { InvocationLog } from '../output/invocation-log.ts';
import { logSettings } from '../output/log-format.ts';
import { RawOutput } from '../output/raw-output.ts';
import { Server } from '../serve.ts';
import { SyncWriter } from '../output/sync-writer.ts';

/**
 * Goes once through everything that the first invocation will go through, with functions of our own and output into
 * nothing: V8 compiles functions at their first call, and Node starts its module loaders at their first use. That
 * makes up most of what the first invocation would take, and an emulated processor takes 20 times as long for it.
 *
 * Leaves nothing behind but warm code; where there is no folder to put the functions in, or none any more, it is left out:
 * a function that comes meanwhile may have its own `/tmp` mounted over that.
 *
 * What makes the first invocation quick is in this room. `main.ts` goes through it: first `preload.ts`, then this, before it says
 * hello; or step by step after that, by `warm-while-idle.ts`, where the process is not to be copied.
 */
export async function rehearse(): Promise<void> {
  // Another one each time: Node keeps ES modules by their names.
  const folder = join(tmpdir(), `.heddle-rehearsal-${process.pid}-${++rehearsals}`);
  try {
    fs.mkdirSync(folder);
  } catch {
    return;
  }
  const none = fs.openSync('/dev/null', 'w');
  try {
    fs.writeFileSync(join(folder, 'common.js'), commonJs);
    fs.writeFileSync(join(folder, 'part.mjs'), 'export const part = 1;');
    fs.writeFileSync(join(folder, 'module.mjs'), esModule);
    fs.writeFileSync(join(folder, 'module.mjs.map'), JSON.stringify(sourceMap));
    await act(none, folder, 'common.handler');
    await act(none, folder, 'module.handler');
  } catch (error) {
    if (fs.existsSync(folder)) throw error;
  } finally {
    fs.closeSync(none);
    fs.rmSync(folder, { recursive: true, force: true });
    delete createRequire(import.meta.url).cache[join(folder, 'common.js')];
  }
}

let rehearsals = 0;
const commonJs = `'use strict'; require('node:path'); exports.handler = async (event) => event;`;
/** As bundles of TypeScript are: with a `require` of their own, and a source map, which Node reads while it loads the module. */
const esModule =
  "import { createRequire as own } from 'node:module'; const require = own(import.meta.url); import { EOL } from 'node:os'; " +
  "import { part } from './part.mjs'; export const handler = async () => ({ part, EOL });" +
  '\n//# sourceMappingURL=module.mjs.map\n';
const sourceMap = { version: 3, sources: ['module.ts'], names: [], mappings: 'AAAA;AACA;AACA' };

async function act(fd: number, taskRoot: string, handler: string): Promise<void> {
  const writer = new SyncWriter(fd, () => {});
  const log = new InvocationLog(writer);
  let answered = due();
  const server = new Server({
    writer,
    log,
    raw: new RawOutput(),
    channel: { ref: () => answered.resolve(), unref: () => {} },
    taskRoot,
    poll: () => {},
    prepare: ({ environment: asked }) => {
      // As in main.ts, but for random numbers, which can be seeded once in each realm, and the time, which is not to be
      // looked at yet.
      setFlagsFromString('--random-seed=0');
      runInNewContext('Math.random()');
      const before = environment();
      applyEnvironment({ ...before, ...foreign });
      applyEnvironment(before);
      log.json = logSettings(asked).json;
      const plan = nodePlan(asked);
      if (plan.by !== 'running') return [];
      applyNodeSettings(plan.settings);
      return plan.preloads;
    },
    relieve: () => {},
    exit: () => {},
  });
  const decoder = new FrameDecoder((body) => server.receive(parseRuntimeRequest(decode(body))));
  decoder.push(encodeFrameWhole(initOnWire(initOf(handler))));
  decoder.push(encodeFrameWhole(invoke));
  logLine(log, 'INFO', ['%s', 1, { a: new Error('x') }]);
  await answered.promise;
  answered = due();
  decoder.push(encodeFrameWhole(invoke));
  await answered.promise;
}

/** `Promise.withResolvers`, which Node 20 has not. */
function due(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}

/** Set and taken away again. */
const foreign = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`HEDDLE_REHEARSAL_${index}`, 'value']));

/** What is set already. */
function environment(): Record<string, string> {
  const same: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) same[name] = value;
  return same;
}

const invoke: RuntimeRequest = {
  type: 'invoke',
  requestId: '00000000-0000-0000-0000-000000000000',
  timeoutMs: 3_000,
  payload: Buffer.from('{"key":"value"}'),
};

function initOf(handler: string): RuntimeInit {
  return {
    type: 'init',
    handler,
    environment: { ...defaultEnvironment('nodejs24.x'), ...foreign },
    functionName: 'rehearsal',
    functionVersion: '$LATEST',
    functionArn: 'arn',
    memoryMb: 128,
    logGroup: '',
    logStream: '',
    randomSeed: 1,
  };
}
