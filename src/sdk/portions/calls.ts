import { decodePlain } from './plain-value.ts';
import { CallRefusedError, PortionError } from './portion-error.ts';
import { issuesText, type StandardSchema } from './standard-schema.ts';
import { shortText } from './visible-text.ts';

/** What is called, with arguments that are plain values. */
export type CallHandler = (...args: never[]) => unknown;

/** One of the calls that a program gives to a portion. */
export type PortionCall =
  | CallHandler
  | {
      readonly run: CallHandler;
      /** Of the list of its arguments. */
      readonly args?: StandardSchema;
      /** Of what it gives: what the portion is told. */
      readonly result?: StandardSchema;
    };

/** By the names by which the portion calls them. */
export type PortionCalls = Readonly<Record<string, PortionCall>>;

type HandlerOf<C extends PortionCall> = C extends CallHandler ? C : C extends { readonly run: infer H } ? H : never;

/** The same as the portion sees them: each gives a promise. */
export type CallsInside<C extends PortionCalls> = {
  readonly [K in keyof C]: HandlerOf<C[K]> extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** What the calls of a portion may come to. */
export interface CallLimits {
  /** In one call of the portion. */
  readonly count: number;
  /** Of all that run, on average; a second's worth may come at once. */
  readonly perSecond: number;
  /** In one call of the portion, at the same time. */
  readonly atOnce: number;
  /** Of the arguments, and of what comes back, cloned. */
  readonly bytes: number;
}

/** How often in one call a portion may ask for what it is refused before it is ended. */
const refusalsMax = 1_000;

/** Lets so many in a second, of all calls of a portion together. */
export class CallRate {
  readonly #perSecond: number;
  #left: number;
  #at: number = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = Math.max(1, perSecond);
  }

  /** Whether one more may come now; then it has. */
  take(now: number = performance.now()): boolean {
    const most = Math.max(1, this.#perSecond);
    this.#left = Math.min(most, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** What serves the calls of one call of a portion. */
export interface CallServing {
  readonly portion: string;
  readonly calls: PortionCalls;
  readonly limits: CallLimits;
  readonly rate: CallRate;
  /** Says something to the portion. Throws for what cannot be sent. */
  readonly reply: (value: unknown) => void;
  /** It is to be ended. */
  readonly end: (why: PortionError) => void;
}

/** A question, as the portion is to ask it. */
interface Asked {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Serves what one call of a portion asks of its program: checked, counted and limited. */
export class CallServer {
  readonly #serving: CallServing;
  #count = 0;
  #refused = 0;
  #running = 0;
  #over = false;

  constructor(serving: CallServing) {
    this.#serving = serving;
  }

  /** One message of the portion, which may say anything. */
  receive(bytes: Buffer): void {
    if (this.#over) return;
    let asked: Asked;
    try {
      asked = askedIn(decodePlain(bytes, this.#serving.limits.bytes));
    } catch (error) {
      return this.#end(`It said something that is no call: ${error instanceof Error ? error.message : String(error)}`);
    }
    const refusal = this.#refusalOf(asked.name);
    if (refusal !== undefined) return this.#refuse(asked.id, refusal);
    this.#count += 1;
    this.#running += 1;
    void this.#answer(asked).finally(() => (this.#running -= 1));
  }

  /** The portion's call has ended. */
  close(): void {
    this.#over = true;
  }

  #refusalOf(name: string): string | undefined {
    const { calls, limits, rate } = this.#serving;
    if (!Object.hasOwn(calls, name))
      return `There is no call \`${shortText(name, 100)}\`; there are: ${Object.keys(calls).join(', ')}.`;
    if (this.#count >= limits.count)
      return `${limits.count} calls were made, which is the most that one may (\`callLimits.count\`).`;
    if (this.#running >= limits.atOnce)
      return `${limits.atOnce} calls have no answer yet, which is the most that may (\`callLimits.atOnce\`).`;
    if (!rate.take()) return `More than ${limits.perSecond} calls a second were made (\`callLimits.perSecond\`).`;
    return undefined;
  }

  #refuse(id: number, message: string): void {
    this.#refused += 1;
    if (this.#refused > refusalsMax)
      return this.#end(`It made ${this.#refused} calls that were refused, the last because: ${message}`);
    this.#say([id, false, { name: 'CallRefusedError', message }]);
  }

  async #answer({ id, name, args }: Asked): Promise<void> {
    const call = this.#serving.calls[name];
    if (call === undefined) return;
    const { run, args: ofArgs, result: ofResult } = typeof call === 'function' ? { run: call } : call;
    try {
      const taken = await validated(args, ofArgs);
      if (!Array.isArray(taken)) throw new TypeError('A schema of arguments gave something that is no list.');
      const given = await validated(await Reflect.apply(run, undefined, taken), ofResult);
      this.#say([id, true, given]);
    } catch (error) {
      const told = error instanceof CallRefusedError ? error : new Error(`The call of \`${name}\` failed.`);
      this.#say([id, false, { name: told.name, message: told.message }]);
    }
  }

  #say(value: unknown): void {
    if (!this.#over) this.#serving.reply(value);
  }

  #end(message: string): void {
    this.#over = true;
    this.#serving.end(new PortionError({ kind: 'calls', portion: this.#serving.portion, message }));
  }
}

function askedIn(value: unknown): Asked {
  const [id, name, args]: unknown[] = Array.isArray(value) ? value : [];
  if (typeof id === 'number' && typeof name === 'string' && Array.isArray(args)) return { id, name, args };
  throw new TypeError('it has no number, name and arguments.');
}

async function validated(value: unknown, schema: StandardSchema | undefined): Promise<unknown> {
  if (schema === undefined) return value;
  const judged = await schema['~standard'].validate(value);
  if (judged.issues !== undefined) throw new CallRefusedError(`It was refused: ${issuesText(judged.issues)}.`);
  return judged.value;
}
