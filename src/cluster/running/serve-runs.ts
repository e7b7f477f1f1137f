import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { CodeStore } from '../../store/contract.ts';
import type { Peers } from '../contract.ts';
import { CodeOfOthers, serveCode } from './code.ts';
import { parseOrder, runMethod, type RunOrder } from './order.ts';
import { ServedRun, type RunHere } from './served-run.ts';
import { KeptVersions } from './versions.ts';

/** What runs of other hosts' invocations need. */
export interface RunsServed {
  readonly peers: Peers;
  /** Code on this host's disk, and what the whole cluster has. */
  readonly localCode: CodeStore;
  readonly clusterCode: Pick<CodeStore, 'zipFile'>;
  readonly clock: Clock;
  /** This host's own worker manager, which passes nothing on to others. */
  readonly runHere: RunHere;
}

/** Runs what other hosts ask this one to run, and gives them the code that they lack. */
export function serveRuns({ peers, localCode, clusterCode, clock, runHere }: RunsServed): void {
  const versions = new KeptVersions();
  const code = new CodeOfOthers(peers, localCode, clusterCode);
  serveCode(peers, localCode);
  peers.accept(runMethod, (stream, opening) => {
    const order = parseOrder(opening);
    const run = new ServedRun(stream, order, clock, versions);
    const known = versions.get(order.function);
    const begin = (fn: FunctionVersion): void => {
      const fetching = code.ensure(fn, stream.host);
      if (fetching === undefined) return void run.run(fn, runHere);
      fetching.then(
        () => run.run(fn, runHere),
        (error: unknown) => run.failed(error),
      );
    };
    if (known !== undefined) return begin(known);
    versionOf(order, run, versions).then(begin, (error: unknown) => run.failed(error));
  });
}

async function versionOf(order: RunOrder, run: ServedRun, versions: KeptVersions): Promise<FunctionVersion> {
  return versions.take(order.function, order.version ?? (await run.version()));
}
