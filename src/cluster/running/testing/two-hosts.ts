import assert from 'node:assert/strict';
import { join } from 'node:path';
import { zipOf } from '../../../frontend/testing/zip-of.ts';
import { systemClock, type Clock } from '../../../model/clock.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import { openCodeStore } from '../../../store/code/code-store.ts';
import type { CodeStore } from '../../../store/contract.ts';
import { recordOf } from '../../../store/testing/record-of.ts';
import { testHosts, HostBook } from '../../peers/testing/hosts.ts';
import { RemoteRunner } from '../remote-runner.ts';
import { serveRuns } from '../serve-runs.ts';
import type { RunHere } from '../served-run.ts';

/** Two hosts of a test. */
export interface Two {
  /** Has it run on the other host. */
  readonly run: (more?: Partial<Invocation>, signal?: AbortSignal) => Promise<InvocationOutcome>;
  readonly fn: FunctionVersion;
  readonly there: CodeStore;
  readonly known: HostBook;
  readonly other: string;
  readonly endOther: () => Promise<void>;
}

const never = new AbortController().signal;

/** Two hosts; the one has invocations run by the other, which does with them what `runHere` says. */
export async function two(undo: AsyncDisposableStack, runHere: RunHere, clockThere: Clock = systemClock): Promise<Two> {
  const known = new HostBook();
  const [one, other] = await testHosts(2, undo, known);
  assert.ok(one !== undefined && other !== undefined);
  const [here, there] = await Promise.all(
    [one, other].map(({ home }) => openCodeStore({ folder: join(home, 'code'), clock: systemClock })),
  );
  assert.ok(here !== undefined && there !== undefined);
  const code = undo.use(await here.put(await zipOf({ 'index.mjs': 'export const handler = () => 1;' })));
  serveRuns({
    peers: one.peers,
    localCode: here,
    clusterCode: here,
    clock: systemClock,
    runHere: async () => assert.fail(),
  });
  serveRuns({ peers: other.peers, localCode: there, clusterCode: there, clock: clockThere, runHere });
  await Promise.all([one.join(), other.join()]);
  const runner = new RemoteRunner(one.peers, systemClock);
  const { latest: fn } = recordOf('f', { codeSha256: code.sha256 });
  const invocation = { function: fn, requestId: 'r', payload: Buffer.from('{}') };
  return {
    run: (more, signal = never) =>
      runner.invoke(other.id, { ...invocation, receivedAt: systemClock.now(), ...more }, signal),
    fn,
    there,
    known,
    other: other.id,
    endOther: () => other.peers[Symbol.asyncDispose](),
  };
}
