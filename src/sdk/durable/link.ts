import { pause } from '../platform/timers.ts';
import { endConnection, threadsConnection } from '../threads/session/connection.ts';
import { DurableError } from './durable-error.ts';
import { errorIn, fieldsOf, newsIn, type ToldNews, type ToldOperation } from './told.ts';

const retryMs = 200;
const retryMsMax = 5_000;
const never = new Promise<never>(() => undefined);

/** How a program's execution ended before. */
export type EndedBefore = { readonly result: string | undefined } | { readonly error: DurableError };

/**
 * A program's execution, as the service has it. Where the service goes away it is looked for until it is there again, and the execution is
 * gone on with: what was said and not answered is said again, unless it was taken.
 */
export class ExecutionLink {
  readonly #name: string;
  readonly #operations = new Map<string, ToldOperation>();
  readonly #changed = new Map<string, PromiseWithResolvers<void>>();
  #token: string | undefined;
  #opening: Promise<EndedBefore | undefined> | undefined;
  #over = false;
  /** Why nothing of it will change any more: somebody else has ended it. */
  #endedBy: DurableError | undefined;
  /** Its service was there, and will be again. */
  #known = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Opens the execution. Gives how it ended, if it has. */
  async open(): Promise<EndedBefore | undefined> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return await this.#opening;
  }

  operation(id: string): ToldOperation | undefined {
    return this.#operations.get(id);
  }

  /** Has an update kept: it is on the service's disk then. Nothing where `isDone` says so of what the service knows. */
  async send(
    update: Readonly<Record<string, unknown>>,
    isDone: (there: ToldOperation | undefined) => boolean,
  ): Promise<void> {
    for (let waitMs = retryMs; ;) {
      if (isDone(this.operation(String(update['Id'])))) return;
      // A step that nobody waited for, of a program that has ended: nothing comes of it.
      if (this.#over) return await never;
      const token = this.#token;
      try {
        this.#take(await this.#ask({ do: 'checkpoint', token, updates: [update] }));
        return;
      } catch (error) {
        if (isRefusal(error)) throw error;
        if (isFull(error)) {
          await pause(waitMs);
          waitMs = Math.min(waitMs * 2, retryMsMax);
          continue;
        }
      }
      const ended = this.#token === token ? await this.open() : undefined;
      if (ended === undefined) continue;
      // What says that it is over was taken, and the answer lost.
      if (update['Type'] === 'EXECUTION') return;
      if (this.#over) return await never;
      throw this.#errorOf(ended);
    }
  }

  /** Resolves when an operation is as it is wanted. */
  async until(id: string, wanted: (operation: ToldOperation) => boolean): Promise<ToldOperation> {
    for (;;) {
      const there = this.operation(id);
      if (there !== undefined && wanted(there)) return there;
      if (this.#endedBy !== undefined) throw this.#endedBy;
      const changed = this.#changed.get(id) ?? Promise.withResolvers<void>();
      this.#changed.set(id, changed);
      // Who else waits for it is told what went wrong, too.
      changed.promise.catch(() => undefined);
      await changed.promise;
    }
  }

  close(): void {
    this.#over = true;
  }

  async #open(): Promise<EndedBefore | undefined> {
    for (let waitMs = retryMs; ; waitMs = Math.min(waitMs * 2, retryMsMax)) {
      try {
        const { session } = await threadsConnection();
        const opened = fieldsOf(await session.ask({ about: 'durable', request: { do: 'open', name: this.#name } }));
        if (typeof opened['token'] !== 'string') return endedIn(fieldsOf(opened['ended']));
        const token = opened['token'];
        // All that was done before is known before anything is done.
        let after = 0;
        while (after < Number(opened['changes'])) after = this.#take(await this.#ask({ do: 'news', token, after }));
        this.#token = token;
        this.#known = true;
        void this.#listen(token, after);
        return undefined;
      } catch (error) {
        if (isRefusal(error) && !(this.#known && isElsewhere(error))) throw error;
        // What was found in the place of the service that is away.
        if (isElsewhere(error)) await endConnection();
      }
      await pause(waitMs);
    }
  }

  async #ask(request: object): Promise<ToldNews> {
    const { session } = await threadsConnection();
    return newsIn(await session.ask({ about: 'durable', request }));
  }

  /** Hears what changes by itself, as long as this token is good. */
  async #listen(token: string, from: number): Promise<void> {
    let after = from;
    while (!this.#over && this.#token === token) {
      try {
        const news = await this.#ask({ do: 'news', token, after });
        after = this.#take(news);
        if (news.ended) return await this.#learnEnd();
      } catch (error) {
        if (this.#over || this.#token !== token) return;
        // Whoever waits for something that was to be heard of here is told by the next token.
        await this.open().catch((why: unknown) => this.#fail(why));
        if (isRefusal(error)) this.#fail(error);
        return;
      }
    }
  }

  /** It has ended while it ran: by what it said itself, or because somebody stopped it, or its time was over. */
  async #learnEnd(): Promise<void> {
    const ended = await this.open().catch((why: unknown) => this.#fail(why));
    if (ended === undefined || this.#over) return;
    this.#endedBy = this.#errorOf(ended);
    this.#fail(this.#endedBy);
  }

  #errorOf(ended: EndedBefore): DurableError {
    return 'error' in ended
      ? ended.error
      : new DurableError('Error', `The execution ${this.#name} was ended elsewhere.`);
  }

  #fail(why: unknown): void {
    for (const { reject } of this.#changed.values()) reject(why);
    this.#changed.clear();
  }

  /** Gives up to which change that is all. */
  #take({ operations, changes }: ToldNews): number {
    for (const operation of operations) {
      this.#operations.set(operation.id, operation);
      this.#changed.get(operation.id)?.resolve();
      this.#changed.delete(operation.id);
    }
    return changes;
  }
}

function endedIn(ended: Readonly<Record<string, unknown>>): EndedBefore {
  const { status, result, error } = ended;
  if (status === 'SUCCEEDED') return { result: typeof result === 'string' ? result : undefined };
  const { type, message } = errorIn(error);
  return { error: new DurableError(type, message || `The execution is ${String(status)}.`) };
}

/** Whether the service says that something cannot be; everything else passes. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name.endsWith('Exception') &&
    !/^Invalid Checkpoint Token|stopping/.test(error.message)
  );
}

/** A service whose disk is full: there may be room again. */
function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'StoreFullError';
}

/** A service that keeps nothing: that in a program's own process, which stands in where no other is found. */
function isElsewhere(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotImplementedException';
}
