import { limits } from '../../model/limits.ts';
import { DurableError } from './durable-error.ts';
import { secondsOf, type DurableTime } from './duration.ts';
import type { ExecutionLink } from './link.ts';
import type { ToldOperation } from './told.ts';
import { boundedTextOf, errorObject, valueOf } from './values.ts';

/** How a step is tried again. */
export interface StepOptions {
  /** Tries beside the first. */
  readonly retries?: number;
  /** Between two of them: a second where it is not said. */
  readonly delay?: DurableTime;
}

/** What a durable program is written with. */
export interface Durable {
  /** Does something once, and keeps what it gave. Names are told apart by their order where they are the same. Throws DurableError. */
  step<R>(name: string, run: () => R | Promise<R>, options?: StepOptions): Promise<R>;
  /** Waits so long, counted from the first time that the program came here. */
  sleep(time: DurableTime): Promise<void>;
  /** Waits for somebody who has `id` to answer; `ask` tells them of it, once. Gives the text of the answer. Throws DurableError. */
  callback(name: string, ask: (id: string) => unknown, options?: { readonly timeout?: DurableTime }): Promise<string>;
}

const over: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED']);
const isOver = (operation: ToldOperation | undefined): boolean => operation !== undefined && over.has(operation.status);

/** One run of a durable program. */
export class DurableRun implements Durable {
  readonly #link: ExecutionLink;
  readonly #names = new Map<string, number>();

  constructor(link: ExecutionLink) {
    this.#link = link;
  }

  /** Runs the program, and has its end kept. */
  async run<R>(body: (d: Durable) => Promise<R>): Promise<R> {
    let result: R;
    let text: string | undefined;
    try {
      result = await body(this);
      text = boundedTextOf(result, 'a durable program', limits.payloadBytesMax);
    } catch (error) {
      await this.#end({ Action: 'FAIL', Error: errorObject(error) });
      throw error;
    }
    await this.#end({ Action: 'SUCCEED', ...(text !== undefined && { Payload: text }) });
    return result;
  }

  async step<R>(name: string, run: () => R | Promise<R>, { retries = 0, delay = '1s' }: StepOptions = {}): Promise<R> {
    const id = await this.#id(`step ${name}`);
    for (;;) {
      const there = this.#link.operation(id);
      if (there !== undefined && isOver(there))
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what was kept under this name, whose type only its caller knows
        return outcomeOf(there) as R;
      if (there?.status === 'PENDING') await this.#link.until(id, ({ status }) => status !== 'PENDING');
      await this.#attempt(id, name, run, { left: retries - (there?.attempt ?? 0), delay });
    }
  }

  async sleep(time: DurableTime): Promise<void> {
    const id = await this.#id('sleep');
    const start = { Id: id, Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: secondsOf(time) } };
    await this.#link.send(start, (there) => there !== undefined);
    await this.#link.until(id, isOver);
  }

  async callback(
    name: string,
    ask: (id: string) => unknown,
    { timeout }: { readonly timeout?: DurableTime } = {},
  ): Promise<string> {
    const id = await this.#id(`callback ${name}`);
    const CallbackOptions = timeout === undefined ? {} : { TimeoutSeconds: secondsOf(timeout) };
    const start = { Id: id, Type: 'CALLBACK', Action: 'START', Name: name, CallbackOptions };
    await this.#link.send(start, (there) => there !== undefined);
    const { callbackId } = await this.#link.until(id, () => true);
    await this.step(`${name}: ask`, async () => void (await ask(callbackId)));
    const { result = '', error } = await this.#link.until(id, isOver);
    if (error !== undefined) throw new DurableError(error.type, error.message);
    return result;
  }

  async #attempt<R>(
    id: string,
    name: string,
    run: () => R | Promise<R>,
    { left, delay }: { readonly left: number; readonly delay: DurableTime },
  ): Promise<void> {
    const about = { Id: id, Type: 'STEP', Name: name };
    const before = this.#link.operation(id)?.attempt ?? 0;
    const taken = (there: ToldOperation | undefined): boolean => isOver(there) || (there?.attempt ?? 0) > before;
    // That it has begun is for whoever looks: the program does not wait for it to be kept.
    const begun = this.#link.send(
      { ...about, Action: 'START' },
      (there) => taken(there) || there?.status === 'STARTED',
    );
    let outcome: Readonly<Record<string, unknown>>;
    try {
      const text = boundedTextOf(await run(), `the step ${name}`, limits.operationBytesMax);
      outcome = { Action: 'SUCCEED', ...(text !== undefined && { Payload: text }) };
    } catch (error) {
      const again = { Action: 'RETRY', StepOptions: { NextAttemptDelaySeconds: secondsOf(delay) } };
      outcome = { ...(left > 0 ? again : { Action: 'FAIL' }), Error: errorObject(error) };
    }
    await begun;
    await this.#link.send({ ...about, ...outcome }, taken);
  }

  async #end(outcome: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#link.send({ Id: 'end', Type: 'EXECUTION', ...outcome }, () => false);
  }

  /** The same for the same place of each run: by what it is called, and the how manieth it is of that. */
  async #id(name: string): Promise<string> {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    const bytes = new TextEncoder().encode(`${name}\n${count}`);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(hash.subarray(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

function outcomeOf({ result, error }: ToldOperation): unknown {
  if (error !== undefined) throw new DurableError(error.type, error.message);
  return valueOf(result);
}
