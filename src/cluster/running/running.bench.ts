import { systemClock } from '../../model/clock.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { zipOf } from '../../frontend/testing/zip-of.ts';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { recordOf } from '../../store/testing/record-of.ts';
import { testHosts } from '../peers/testing/hosts.ts';
import { RemoteRunner } from './remote-runner.ts';
import { serveRuns } from './serve-runs.ts';

// Processor time, of both sides together, that it takes to have an invocation run by another host, beside what that host does with it:
// ./heddle --node src/cluster/running/running.bench.ts

const turn = 2_000;
const turns = 6;

await using undo = new AsyncDisposableStack();
const [one, other] = await testHosts(2, undo);
if (one === undefined || other === undefined) throw new Error('There are no two hosts.');
const codeStore = await openCodeStore({ folder: `${other.home}/code`, clock: systemClock });
const code = undo.use(await codeStore.put(await zipOf({ 'index.mjs': '' })));
const log = 'START RequestId: r Version: $LATEST\nEND RequestId: r\nREPORT RequestId: r\tDuration: 1.00 ms\n';
const outcome = outcomeOf(Buffer.from('{"ok":true}'), { log, logTimes: [[0, 1]], logStream: 'stream' });
serveRuns({
  peers: other.peers,
  localCode: codeStore,
  clusterCode: codeStore,
  clock: systemClock,
  runHere: async ({ begun }) => {
    begun?.();
    // As from a container: its end is another message than its beginning.
    await new Promise((resolve) => void setImmediate(resolve));
    return outcome;
  },
});
await Promise.all([one.join(), other.join()]);
const runner = new RemoteRunner(one.peers, systemClock);
const { latest: fn } = recordOf('f', { codeSha256: code.sha256 });
const signal = new AbortController().signal;
for (let round = 0; round < turns; round++) {
  const before = process.cpuUsage();
  for (let n = 0; n < turn; n++) {
    const receivedAt = systemClock.now();
    await runner.invoke(other.id, { function: fn, requestId: 'r', payload: Buffer.from('{}'), receivedAt }, signal);
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`${((user + system) / turn).toFixed(1)} µs an invocation`);
}
