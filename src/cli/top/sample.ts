import type { HeddleClient } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import type { Shape } from '../../sdk/shape.ts';

/** What a function had used until a moment, in one hour. */
export interface Used {
  readonly account: string;
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
}

/** Everything that is asked of a service at one moment. */
export interface Sample {
  /** Of this process, ms. */
  readonly atMs: number;
  readonly snapshot: Shape;
  readonly status: Shape;
  /** By account, function and hour. */
  readonly used: ReadonlyMap<string, Used>;
  /** Where it belongs to a cluster, and who asks may see it. */
  readonly cluster: Shape | undefined;
}

const hourMs = 3_600_000;

/** Asks a service, again and again. What it does not tell who asks is found out once. */
export class Sampler {
  readonly #client: HeddleClient;
  #accounts = 'all';
  #hasCluster = true;

  constructor(client: HeddleClient) {
    this.#client = client;
  }

  /** Throws UnreachableError or ServiceError. */
  async take(signal?: AbortSignal): Promise<Sample> {
    const [snapshot, status, used, cluster] = await Promise.all([
      this.#client.snapshot(signal),
      this.#client.admin('GET', '/status'),
      this.#used(),
      this.#cluster(),
    ]);
    return { atMs: performance.now(), snapshot, status, used, cluster };
  }

  /** Of this hour and the last: who looks at both sides of a full hour misses nothing. */
  async #used(): Promise<ReadonlyMap<string, Used>> {
    const since = String(Math.floor(Date.now() / hourMs) * hourMs - hourMs);
    const answer = await this.#client
      .admin('GET', '/usage', { query: { since, account: this.#accounts } })
      .catch((error: unknown) => {
        // All accounts are the operator's to see.
        if (this.#accounts === 'self' || !(error instanceof ServiceError) || error.status !== 403) throw error;
        this.#accounts = 'self';
        return undefined;
      });
    if (answer === undefined) return await this.#used();
    return new Map(answer.list('records').map((record) => [usedKey(record), usedOf(record)]));
  }

  async #cluster(): Promise<Shape | undefined> {
    if (!this.#hasCluster) return undefined;
    try {
      return await this.#client.admin('GET', '/cluster');
    } catch (error) {
      if (!(error instanceof ServiceError) || (error.status !== 404 && error.status !== 403)) throw error;
      this.#hasCluster = false;
      return undefined;
    }
  }
}

function usedKey(record: Shape): string {
  return `${record.text('account')} ${record.text('functionName')} ${record.number('fromMs')}`;
}

function usedOf(record: Shape): Used {
  return {
    account: record.text('account'),
    name: record.text('functionName'),
    requests: record.number('requests'),
    errors: record.number('errors'),
  };
}
