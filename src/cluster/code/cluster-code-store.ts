import type { Clock } from '../../model/clock.ts';
import { CodeMissingError, type CodeStore, type StoredCode } from '../../store/contract.ts';
import { UnusedCode } from '../../store/code/unused-code.ts';
import { codeFileName } from '../../model/functions/code.ts';
import { ClusterUnavailableError, type HostId, type Leases } from '../contract.ts';
import type { CodeObjects } from './code-objects.ts';

/** How long code outlives its last function in the cluster, and for how long code that was put is put again, ms. */
const graceMs = 1_800_000;
/** Which host deletes code. */
const collectorLease = 'code-collector';

/** What a cluster's code store is made of. */
export interface ClusterCodeParts {
  /** What is on this host's disk. Whatever other hosts ask for is answered from there. */
  readonly local: CodeStore;
  readonly objects: CodeObjects;
  /** Reads a zip from another host; rejects with CodeMissingError or PeerLostError. */
  readonly readFrom: (host: HostId, sha256: string) => Promise<Uint8Array>;
  /** The other hosts that are there. */
  readonly others: () => readonly HostId[];
  readonly leases: Pick<Leases, 'take'>;
  readonly clock: Clock;
}

/**
 * Code of a cluster: what is put lies in the cluster's object store before whoever put it goes on, and so before a record names it; what is missing on this host's disk
 * is fetched from there, or from another host, and checked by its SHA-256. What is only held for threads stays on the host that holds it.
 */
export function clusterCodeStore(parts: ClusterCodeParts): CodeStore {
  const { local, objects, clock } = parts;
  const fetching = new Map<string, Promise<void>>();
  const unused = new UnusedCode(graceMs);

  async function fetch(sha256: string): Promise<void> {
    using code = await local.put(await zipOf(parts, sha256));
    if (code.sha256 !== sha256)
      throw new CodeMissingError(`What the cluster has as the code ${sha256} is ${code.sha256}.`);
  }

  /** Does what needs the code once it is here. */
  async function having<Result>(sha256: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CodeMissingError)) throw error;
    }
    let one = fetching.get(sha256);
    if (one === undefined) {
      one = fetch(sha256).finally(() => fetching.delete(sha256));
      fetching.set(sha256, one);
    }
    await one;
    return await work();
  }

  return {
    async put(zip): Promise<StoredCode> {
      const code = await local.put(zip);
      try {
        await objects.put(code.sha256, zip, clock.wall() - graceMs / 2);
        return code;
      } catch (error) {
        code[Symbol.dispose]();
        throw error;
      }
    },
    hold: (zip) => local.hold(zip),
    read: (sha256) => having(sha256, () => local.read(sha256)),
    readCompiled: (sha256, runtime) => having(sha256, () => local.readCompiled(sha256, runtime)),
    keepCompiled: (sha256, runtime, files) => having(sha256, () => local.keepCompiled(sha256, runtime, files)),
    zipFile: (sha256) => having(sha256, () => local.zipFile(sha256)),
    async collect(inUse) {
      const collected = await local.collect(inUse);
      await collectObjects(parts, unused, new Set([...inUse].map(codeFileName)));
      return collected;
    },
  };
}

/** Also where it was deleted from the object store too early, somebody who called it has it. */
async function zipOf({ objects, others, readFrom }: ClusterCodeParts, sha256: string): Promise<Uint8Array> {
  let failure: unknown;
  try {
    const zip = await objects.get(sha256);
    if (zip !== undefined) return zip;
  } catch (error) {
    failure = error;
  }
  for (const host of others()) {
    try {
      return await readFrom(host, sha256);
    } catch (error) {
      failure = error;
    }
  }
  if (failure instanceof ClusterUnavailableError) throw failure;
  throw new CodeMissingError(
    `The code ${sha256} is neither in the cluster nor on one of its hosts; deploy the function again.`,
    {
      cause: failure,
    },
  );
}

/** By one host: what no record has named for the whole grace time, and nobody has put. A record is written within minutes of its code. */
async function collectObjects(
  { objects, leases, clock }: ClusterCodeParts,
  unused: UnusedCode,
  inUse: ReadonlySet<string>,
): Promise<void> {
  const lease = await leases.take(collectorLease);
  if (lease === undefined) return;
  try {
    const present = await objects.list();
    for (const name of unused.expired(present, inUse, clock.now()))
      if (lease.valid) await objects.delete(name, clock.wall() - graceMs);
  } finally {
    await lease.release();
  }
}
