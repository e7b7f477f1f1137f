import type { PortionOrder } from '../../protocol/session/session-messages.ts';
import type { ThreadCode } from '../code/thread-code.ts';
import { RemoteError } from '../threads/errors.ts';
import { Gate } from '../threads/pool/gate.ts';
import type { ClientSession } from '../threads/session/client-session.ts';
import { threadsConnection } from '../threads/session/connection.ts';
import { ensureCode } from '../threads/session/upload.ts';
import { startThread } from '../threads/thread/start-thread.ts';
import type { Thread } from '../threads/thread/thread.ts';
import { CallRate, CallServer, type PortionCalls } from './calls.ts';
import { decodePlain, NotPlainError } from './plain-value.ts';
import type { CompletePolicy } from './policy.ts';
import { PortionError, type PortionErrorKind } from './portion-error.ts';
import { issuesText, type StandardSchema } from './standard-schema.ts';
import { visibleText } from './visible-text.ts';

/** What is looked at of an export's calls. */
export interface ExportSchemas {
  /** Of the list of its arguments, before they are sent. */
  readonly args?: StandardSchema | undefined;
  /** Of what it gives, before anybody sees it. */
  readonly result?: StandardSchema | undefined;
}

/** Letters of the code's name in that of a group of its own. */
const groupLetters = 32;

/** A part of a program that runs in instances of its own: its code, its policy, and what it may call. */
export class Portion implements AsyncDisposable {
  readonly name: string;
  readonly #policy: CompletePolicy;
  readonly #code: (session: ClientSession) => Promise<string>;
  readonly #calls: PortionCalls;
  readonly #gate: Gate;
  readonly #rate: CallRate;
  readonly #running = new Set<Thread<unknown>>();
  readonly #over = new AbortController();
  #group: string | undefined;

  /** `code`: made and sent when it is first needed. */
  constructor(name: string, policy: CompletePolicy, code: () => Promise<ThreadCode>, calls: PortionCalls = {}) {
    this.name = policy.thread.name ?? name;
    this.#policy = policy;
    this.#calls = calls;
    this.#gate = new Gate(policy.concurrency, Infinity);
    this.#rate = new CallRate(policy.callLimits.perSecond);
    let made: Promise<ThreadCode> | undefined;
    this.#code = async (session) => {
      made ??= code();
      // What could not be made may be mended before the next call.
      made.catch(() => (made = undefined));
      return ensureCode(session, await made);
    };
  }

  /** Calls an export. Rejects with PortionError; with DataCloneError or RangeError for arguments that cannot be sent. */
  async call(exportName: string, args: readonly unknown[], { args: ofArgs, result }: ExportSchemas): Promise<unknown> {
    const sent = ofArgs === undefined ? args : await this.#judged('arguments', args, ofArgs);
    if (!Array.isArray(sent)) throw new TypeError('A schema of arguments gave something that is no list.');
    this.#over.signal.throwIfAborted();
    // A gate that is open costs no promise.
    const leave = await this.#gate.enter(this.#over.signal);
    let given: unknown;
    try {
      given = await this.#run(exportName, sent);
    } finally {
      leave();
    }
    return result === undefined ? given : this.#judged('result', given, result);
  }

  /** Ends what runs of it, and its instances; calls are refused from then on. */
  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new PortionError({ kind: 'cancelled', portion: this.name, message: 'The portion was disposed of.' });
    this.#over.abort(reason);
    await Promise.all([...this.#running].map((thread) => thread.cancel(reason)));
    // Others may be in a group that has a name.
    if (this.#group === undefined || this.#policy.group !== undefined) return;
    const { session } = await threadsConnection();
    if (!session.ended) await session.ask({ about: 'portion', group: this.#group });
  }

  async #run(exportName: string, args: readonly unknown[]): Promise<unknown> {
    const { thread: options } = this.#policy;
    const names = Object.keys(this.#calls);
    let refused: Error | undefined;
    let server: CallServer | undefined;
    const decode = (bytes: Buffer): unknown => {
      try {
        return decodePlain(bytes, options.valueBytesMax);
      } catch (error) {
        if (error instanceof NotPlainError) refused = error;
        throw error;
      }
    };
    const onPost = (bytes: Buffer, reply: (value: unknown, bytesMax: number) => void): void => {
      // What nobody asked it for ends it, as its messages would only be thrown away.
      server ??= new CallServer({
        portion: this.name,
        calls: this.#calls,
        limits: this.#policy.callLimits,
        rate: this.#rate,
        reply: (value) => reply(value, this.#policy.callLimits.bytes),
        end: (why) => {
          refused = why;
          void thread.cancel(why);
        },
      });
      server.receive(bytes);
    };
    const target = { exportName, code: this.#code };
    const extras = {
      batches: names.length === 0,
      portion: (code: string) => this.#order(code),
      hostile: { decode, onPost, visible: visibleText },
    };
    const thread = startThread<unknown>(target, args, { ...options, name: this.name }, extras);
    this.#running.add(thread);
    try {
      return await thread;
    } catch (error) {
      throw this.#failure(error, refused);
    } finally {
      server?.close();
      this.#running.delete(thread);
    }
  }

  #order(code: string): PortionOrder {
    const { trust, group, kernel } = this.#policy;
    this.#group = group ?? `code:${code.slice(0, groupLetters)}`;
    return { trust, group: this.#group, kernel };
  }

  async #judged(kind: 'arguments' | 'result', value: unknown, schema: StandardSchema): Promise<unknown> {
    const judged = await schema['~standard'].validate(value);
    if (judged.issues === undefined) return judged.value;
    const { issues } = judged;
    const what = kind === 'result' ? 'result is' : 'arguments are';
    const message = `The ${what} not as the schema of ${this.name} has it: ${issuesText(issues)}.`;
    throw new PortionError({ kind, portion: this.name, message, issues });
  }

  #failure(error: unknown, refused: Error | undefined): unknown {
    const portion = this.name;
    if (refused instanceof PortionError) return refused;
    if (refused !== undefined)
      return new PortionError({
        kind: 'result',
        portion,
        message: `What ${portion} gave is not taken: ${refused.message}`,
      });
    if (!(error instanceof RemoteError)) return error;
    const { message, remoteName, remoteStack, logTail } = error;
    const kind: PortionErrorKind = error.kind;
    const cause = error.cause instanceof PortionError ? error.cause : undefined;
    return new PortionError({ kind, portion, message, remoteName, remoteStack, logTail, cause });
  }
}
