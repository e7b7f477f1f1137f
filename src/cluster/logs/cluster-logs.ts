import type { Clock } from '../../model/clock.ts';
import type { LogSoFar } from '../../model/invocations/invocation.ts';
import type { LogEntry, LogFrom, LogStore } from '../../store/logs/contract.ts';
import type { HostId, Membership, Peers } from '../contract.ts';
import { FollowedHosts } from './followed-hosts.ts';
import { entriesIn, logMethods, runningIn } from './on-wire.ts';

/** Of one log, what is read of each host, characters: the newest. As much as a host keeps. */
const readCharsMax = 33_554_432;
/** How long a host is waited for. */
const readMsMax = 10_000;
/** From no time on: only what comes. */
const fromNow: LogFrom = { sinceWallMs: Number.MAX_SAFE_INTEGER, limit: 1 };

/** What logs of all hosts are read with. */
export interface ClusterLogsOptions {
  readonly local: LogStore;
  readonly peers: Pick<Peers, 'call' | 'open'>;
  readonly membership: Pick<Membership, 'self' | 'alive' | 'onChange'>;
  readonly clock: Clock;
}

/**
 * What functions printed, wherever they ran: each host keeps its own, and whoever asks is given what all have that are there, in order of time. Of one that gives no answer a
 * line says so.
 */
export class ClusterLogs implements LogStore {
  readonly #options: ClusterLogsOptions;
  readonly append: LogStore['append'];
  readonly printed: LogStore['printed'];
  readonly forget: LogStore['forget'];

  constructor(options: ClusterLogsOptions) {
    this.#options = options;
    const { local } = options;
    this.append = (...entry) => local.append(...entry);
    this.printed = (...log) => local.printed(...log);
    this.forget = (...request) => local.forget(...request);
  }

  async read(account: string, functionName: string, from: LogFrom): Promise<readonly LogEntry[]> {
    const { local } = this.#options;
    const all = await Promise.all([
      local.read(account, functionName, from),
      ...this.#others().map((host) =>
        this.#readFrom(host, { account, functionName, ...from }).catch((error: unknown) => [
          this.#missing(host, error),
        ]),
      ),
    ]);
    return inOrder(all.flat()).slice(-from.limit);
  }

  async running(account: string, functionName: string): Promise<ReadonlyMap<string, LogSoFar>> {
    const { local, peers } = this.#options;
    const question = { account, functionName };
    const all = await Promise.all([
      local.running(account, functionName),
      ...this.#others().map((host) =>
        peers
          .call(host, logMethods.running, question, AbortSignal.timeout(readMsMax))
          // What it printed until now is there when it has ended, or its host is back.
          .then(runningIn, () => new Map<string, LogSoFar>()),
      ),
    ]);
    return new Map(all.flatMap((one) => [...one]));
  }

  async *follow(
    account: string,
    functionName: string,
    from: LogFrom,
    signal: AbortSignal,
  ): AsyncGenerator<LogEntry, void> {
    const { local, peers, membership } = this.#options;
    // Listening begins before reading, so that nothing falls between.
    using live = new FollowedHosts({ peers, membership, question: { account, functionName, ...fromNow } }, signal);
    live.add(local.follow(account, functionName, fromNow, live.over));
    const past = await this.read(account, functionName, from);
    const meanwhile = live.taken();
    yield* past;
    const seen = new Set(past.map(({ seq }) => seq));
    const ended = new Set(past.map(({ requestId }) => requestId));
    // Pieces of what had ended when it was read are in that.
    for (const entry of meanwhile) if (!seen.has(entry.seq) && !ended.has(entry.requestId)) yield entry;
    for await (const entry of live.entries()) if (!seen.has(entry.seq)) yield entry;
  }

  async remove(account: string, functionName: string): Promise<void> {
    const { local, peers } = this.#options;
    const question = { account, functionName };
    await Promise.all([
      local.remove(account, functionName),
      ...this.#others().map((host) =>
        // One that is not there keeps some lines of a function that is gone: until they are the oldest.
        peers.call(host, logMethods.remove, question, AbortSignal.timeout(readMsMax)).catch(() => undefined),
      ),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.local[Symbol.asyncDispose]();
  }

  #others(): HostId[] {
    const { membership } = this.#options;
    return membership.alive().flatMap(({ id }) => (id === membership.self.id ? [] : [id]));
  }

  async #readFrom(host: HostId, question: object): Promise<LogEntry[]> {
    const stream = this.#options.peers.open(host, logMethods.read, question);
    const entries: LogEntry[] = [];
    let chars = 0;
    stream.onMessage = (message) => {
      for (const entry of entriesIn(message)) {
        entries.push(entry);
        chars += entry.text.length;
      }
      if (chars > readCharsMax) throw new RangeError(`It has more than ${readCharsMax} characters of it.`);
    };
    using _late = this.#options.clock.timer(readMsMax, () =>
      stream.end(new Error(`It did not give all of it within ${readMsMax} ms.`)),
    );
    const error = await stream.ended;
    if (error !== undefined) throw error;
    return entries;
  }

  #missing(host: HostId, error: unknown): LogEntry {
    const wallMs = this.#options.clock.wall();
    const why = error instanceof Error ? error.message : String(error);
    return {
      seq: Math.floor(wallMs * 1_000),
      wallMs,
      requestId: '',
      text: `What ran on host ${host} is missing here: ${why}\n`,
    };
  }
}

function inOrder(entries: readonly LogEntry[]): LogEntry[] {
  return entries.toSorted((one, other) => one.seq - other.seq);
}
