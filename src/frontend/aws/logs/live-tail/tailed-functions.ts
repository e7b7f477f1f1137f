import type { LogStore } from '../../../../store/logs/contract.ts';
import { logEvents } from '../log-events.ts';
import type { LogGroup } from '../log-groups.ts';
import type { TailedEvent } from './event-sample.ts';

/** What one function's followed log is put under. */
interface Followed {
  group: string;
  readonly leaving: AbortController;
}

/** Follows what the functions of some groups print; which functions these are may change. */
export class TailedFunctions implements Disposable {
  readonly #logs: Pick<LogStore, 'follow' | 'running'>;
  readonly #account: string;
  readonly #told: (event: TailedEvent) => void;
  readonly #failed: (error: unknown) => void;
  readonly #followed = new Map<string, Followed>();

  /** `told` is called for each line, in order of a function's log. */
  constructor(
    logs: Pick<LogStore, 'follow' | 'running'>,
    account: string,
    told: (event: TailedEvent) => void,
    failed: (error: unknown) => void,
  ) {
    this.#logs = logs;
    this.#account = account;
    this.#told = told;
    this.#failed = failed;
  }

  /** Follows the functions of these groups, and no others; those that are new from what they printed since then. */
  follow(groups: readonly LogGroup[], sinceWallMs: number): void {
    const wanted = new Map(groups.flatMap(({ arn, functions }) => functions.map((name) => [name, arn] as const)));
    for (const [name, { leaving }] of this.#followed)
      if (!wanted.has(name)) {
        this.#followed.delete(name);
        leaving.abort();
      }
    for (const [name, group] of wanted) {
      const known = this.#followed.get(name);
      if (known === undefined) void this.#begin(name, group, sinceWallMs);
      else known.group = group;
    }
  }

  [Symbol.dispose](): void {
    this.follow([], 0);
  }

  async #begin(name: string, group: string, sinceWallMs: number): Promise<void> {
    const followed = { group, leaving: new AbortController() };
    this.#followed.set(name, followed);
    const from = { sinceWallMs, limit: Number.MAX_SAFE_INTEGER };
    try {
      const begun = new Set((await this.#logs.running(this.#account, name)).keys());
      for await (const entry of this.#logs.follow(this.#account, name, from, followed.leaving.signal))
        for (const event of logEvents([entry]))
          // Of an invocation that had begun, what it printed before is there, too.
          if (event.timestamp >= sinceWallMs || !begun.has(entry.requestId))
            this.#told({ ...event, group: followed.group });
    } catch (error) {
      this.#failed(error);
    }
  }
}
