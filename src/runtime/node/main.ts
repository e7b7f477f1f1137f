import fs from 'node:fs';
import { Connection } from '../../protocol/framing/connection.ts';
import { encodeFrame } from '../../protocol/framing/encode.ts';
import { initOnWire } from '../../protocol/init-on-wire.ts';
import { protocolVersion, type RuntimeInit, type RuntimeRequest } from '../../protocol/messages.ts';
import type { NodePlan, Preload } from '../../protocol/node-options.ts';
import { openChannel } from '../../protocol/open-channel.ts';
import { parseRuntimeRequest } from '../../protocol/requests.ts';
import { captureConsole } from './output/capture-console.ts';
import { collectGarbage } from './resources/collect-garbage.ts';
import { captureStreams } from './output/capture-streams.ts';
import { applyEnvironment, correctTimeOrigin } from './environment.ts';
import { RuntimeFault } from './errors/errors.ts';
import { Hold } from './forking/hold.ts';
import { Heap } from './resources/heap.ts';
import { logSettings } from './output/log-format.ts';
import { InvocationLog } from './output/invocation-log.ts';
import { applyNodeSettings, readNodePath, useSourceMaps } from './node-settings.ts';
import { startOwnNode, takeOver } from './own-node.ts';
import { preload } from './warm-up/preload.ts';
import { seedRandom } from './random.ts';
import { RawOutput } from './output/raw-output.ts';
import { readWaiting } from './read-waiting.ts';
import { rehearse } from './warm-up/rehearse.ts';
import { Server } from './serve.ts';
import { installAwslambda } from './invocation/streamify.ts';
import { SyncWriter } from './output/sync-writer.ts';
import { trust, trustedPlan } from './trust.ts';
import { warmWhileIdle } from './warm-up/warm-while-idle.ts';

// `node main.mjs [TASK_ROOT [serve-first]]`, with the data channel as file descriptor 3. Another root is for tests.
// `serve-first`: says hello before it warms itself up. Without it this process may be copied between hello and `init`:
// everything has been done then, and nothing here may look at the time or at anything random before.

const channelFd = 3;
const left = takeOver();
const taskRoot = left?.taskRoot ?? process.argv[2] ?? '/var/task';
const servesFirst = left !== undefined || process.argv[3] === 'serve-first';
/** What is not done yet of what makes the first invocation quick. */
const warmUp = left === undefined ? [() => preload(!servesFirst), rehearse, ...(servesFirst ? [] : [tidy])] : [];
let used = false;
let plan: NodePlan | undefined;
/** What came after an `init` that another Node is to carry out. */
let handedOver: RuntimeRequest[] | undefined;
const exit = process.exit.bind(process);

const channel = openChannel(channelFd);
const writer = new SyncWriter(channelFd, () => exit(1));
const log = new InvocationLog(writer);
const raw = new RawOutput();
const heap = new Heap();
const hold = new Hold((frame) => writer.write(frame), poll);
const server = new Server({
  writer,
  log,
  raw,
  channel,
  taskRoot,
  poll,
  prepare,
  relieve: (peakMb) => heap.relieve(peakMb),
  exit,
});

function poll(): void {
  const chunk = readWaiting(channelFd);
  if (chunk !== undefined) connection.take(chunk);
}

function prepare(init: RuntimeInit): readonly Preload[] {
  heap.fit(init.memoryMb);
  const { json, from } = logSettings(init.environment);
  log.json = json;
  log.from = from;
  if (init.authority !== undefined) trust(init.authority);
  // Node itself has done the rest where it was started for this function.
  if (left !== undefined) return [];
  seedRandom(init.randomSeed);
  correctTimeOrigin();
  const nodePath = process.env['NODE_PATH'];
  applyEnvironment(init.environment);
  if (process.env['NODE_PATH'] !== nodePath) readNodePath();
  const asked = planOf(init);
  if (asked.by === 'own') throw new Error('The function needs a Node of its own.');
  applyNodeSettings(asked.settings);
  return asked.preloads;
}

/** What the function asks of its Node. */
function planOf(init: RuntimeInit): NodePlan {
  return (plan ??= trustedPlan(init));
}

/** Whether this Node cannot be what the function asks for. */
function needsOther(init: RuntimeInit): boolean {
  return init.extensions === true || planOf(init).by === 'own';
}

function handOver(init: RuntimeInit): void {
  const later: RuntimeRequest[] = (handedOver = []);
  // When all of the chunk that `init` came in was delivered, and before anything more is read.
  queueMicrotask(() => {
    const frames = [initOnWire(init), ...later].flatMap((request) => encodeFrame(request));
    const readAhead = Buffer.concat([...frames, connection.undelivered]);
    startOwnNode({ init, channelFd, readAhead, taskRoot, exit });
    connection.close();
  });
}

/**
 * Copies share what is left, and it is little. A process of its own keeps its garbage: the pages that a collection gives back to the kernel come back one
 * by one in its first invocation, and cost it one of three milliseconds (docs/decisions/0016).
 */
async function tidy(): Promise<void> {
  collectGarbage();
}

/** Takes what is left of the steps, and always the last ones, as what was compiled in a template is not in its copies. */
async function warmWhenAsked(): Promise<void> {
  const steps = warmUp.splice(0);
  for (const step of steps.length === 0 ? [rehearse, tidy] : steps) await step();
}

function sayHello(): void {
  writer.write(encodeFrame({ type: 'hello', protocol: protocolVersion, role: 'runtime' }));
}

function quit(error: Error | undefined): void {
  if (handedOver !== undefined) return;
  if (error !== undefined) fs.writeSync(2, `The runtime gives up its channel to the host: ${error.stack}\n`);
  exit(error === undefined ? 0 : 1);
}

if (fs.existsSync(taskRoot)) process.chdir(taskRoot);
if (!servesFirst) for (const step of warmUp.splice(0)) await step();
useSourceMaps(false);
installAwslambda();
captureConsole(log);
captureStreams(log);
raw.watch();
heap.install();
process.exit = (code) => {
  server.leaving();
  return exit(code);
};
process.on('beforeExit', () => server.loopEmpty());
process.on('uncaughtException', (error) => server.crash('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  server.crash('Unhandled Promise Rejection', RuntimeFault.unhandledRejection(reason), 128);
});
const connection = new Connection(channel, parseRuntimeRequest, {
  onMessage: (request) => {
    if (request.type === 'rehearse' && !used) {
      void warmWhenAsked().then(sayHello, quit);
      return;
    }
    used = true;
    if (Hold.takes(request)) return hold.receive(request);
    if (handedOver !== undefined) handedOver.push(request);
    else if (request.type === 'init' && left === undefined && needsOther(request)) handOver(request);
    else server.receive(request);
  },
  onEnd: quit,
});
if (left !== undefined) connection.take(left.readAhead);
else if (connection.open) sayHello();
if (servesFirst) void warmWhileIdle(channel, warmUp, () => used);
