import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { ClientMessage, Question, ServiceMessage, ThreadState } from '../../protocol/session/session-messages.ts';
import { SessionLink } from '../../protocol/session/session-link.ts';
import { durablePrograms, mayDo } from '../../policies/services.ts';
import { Ear } from './ear.ts';
import { startedBy } from './module-function.ts';
import type { SessionSurroundings } from './session-surroundings.ts';
import { ServedThread, type OpenSession } from './served-thread.ts';
import { Programs } from './programs.ts';
import { Shares, textOfError } from './shares.ts';
import { knownPolicy, mayStartNone } from './thread-policy.ts';
import { CodeUpload } from './thread-code.ts';
import { endOfError } from './thread-end.ts';
import type { ThreadService } from './thread-service.ts';

/** One client's session: its threads, and what it asks. Outlives a broken connection for a while. */
export class ThreadSession {
  readonly id: string = randomUUID();
  readonly account: string;
  readonly link: SessionLink = new SessionLink();
  readonly #service: ThreadService;
  readonly #how: SessionSurroundings;
  /** Whose portions its threads are. Of one that no code here opened, its own. */
  readonly #program: string;
  readonly #threads = new Map<string, { readonly thread: ServedThread; readonly ear: Ear }>();
  readonly #shares: Shares;
  readonly #programs: Programs;
  readonly #uploads = new Map<string, CodeUpload>();

  constructor(service: ThreadService, account: string, how: SessionSurroundings) {
    this.#service = service;
    this.#how = how;
    this.#program = how.starter?.program ?? this.id;
    this.account = account;
    this.#shares = new Shares(service.sharing, account, this.id);
    this.#programs = new Programs(service.programs, { account, region: service.region });
  }

  /** Threads of it that have not ended. */
  get running(): number {
    return this.#threads.size;
  }

  /** One message of its client. Throws ProtocolError for one that breaks the session. */
  receive(message: ClientMessage, receivedAt: number): void {
    switch (message.type) {
      case 'hello':
        throw new ProtocolError('A client said hello a second time.');
      case 'received':
        return this.link.acknowledged(message.count);
      case 'code':
        return void this.#answer(message.seq, this.#upload(message));
      case 'spawn':
        return this.#spawn(message, receivedAt);
      case 'lane':
        return this.#with(message.thread, (thread, ear) => thread.post(ear, message.data));
      case 'credit':
        return this.#with(message.thread, (thread, ear) => thread.credit(ear, message.bytes));
      case 'cancel':
        return this.#cancel(message.thread, message.graceMs);
      case 'detach':
        return this.#detach(message.thread);
      case 'attach':
        return void this.#attach(message.thread);
      case 'ask':
        return void this.#answer(message.seq, this.#reply(message.question, message.seq));
    }
  }

  /** Its client is gone for good: ends what it did not leave behind. */
  end(): void {
    for (const { thread, ear } of this.#threads.values()) {
      thread.leave(ear);
      if (!thread.detached) thread.kill();
    }
    this.#threads.clear();
    this.#shares.end();
    this.#programs.end();
    // Those of a function, or of the thread that this is nested in, go on with it.
    if (this.#how.starter?.program === undefined) this.#service.portionsEnded(this.account, this.id);
  }

  #spawn(message: ClientMessage & { readonly type: 'spawn' }, receivedAt: number): void {
    const { thread: id, apart } = message;
    if (this.#threads.has(id)) throw new ProtocolError(`A client started the thread ${id} a second time.`);
    const { nested, starter, caller, open } = this.#how;
    const policy = knownPolicy(() => this.#service.policyOf(this.account, message, starter));
    const opened: OpenSession = (wire, by, record) =>
      open(wire, startedBy(message, starter, policy, this.#program), { caller: by, record });
    const silent = apart || mayStartNone(policy);
    const thread = new ServedThread(message, receivedAt, silent ? undefined : opened);
    if (starter?.policy !== undefined) thread.role = starter.principal?.role;
    if (this.#threads.size >= limits.threadsPerSessionMax)
      return this.#send({ type: 'ended', thread: id, end: endOfError(tooManyThreads()) });
    this.#listen(thread);
    const program = this.#program;
    this.#service.run(this.account, thread, message, {
      receivedAt,
      nested,
      starter,
      caller,
      program,
      parent: this.#how.record,
    });
  }

  #listen(thread: ServedThread): void {
    const ear = new Ear((said) => {
      if (said.type === 'ended') {
        this.#threads.delete(thread.id);
        thread.leave(ear);
      }
      this.#send(said);
    });
    this.#threads.set(thread.id, { thread, ear });
    thread.listen(ear);
  }

  #with(id: string, act: (thread: ServedThread, ear: Ear) => void): void {
    const entry = this.#threads.get(id);
    if (entry !== undefined) act(entry.thread, entry.ear);
  }

  /** Something that is about no thread. */
  tell(message: ServiceMessage): void {
    this.#send(message);
  }

  /** Called by threads and answers at any time: a client that is too slow is its own fault, and nobody else's. */
  #send(message: ServiceMessage): void {
    try {
      this.link.send(message);
    } catch {
      this.#how.onBroken();
    }
  }

  #cancel(id: string, graceMs: number): void {
    const thread = this.#threads.get(id)?.thread;
    if (thread === undefined) return;
    if (graceMs === 0) return thread.kill();
    this.#service.clock.timer(Math.min(graceMs, limits.threadTimeoutMsMax), () => thread.kill());
  }

  #detach(id: string): void {
    const thread = this.#threads.get(id)?.thread;
    if (thread === undefined) return;
    thread.detached = true;
    this.#service.keep(this.account, thread);
  }

  async #attach(id: string): Promise<void> {
    try {
      const thread = await this.#service.find(this.account, id);
      if (thread === undefined) throw new ApiError('ResourceNotFoundException', unknown(id));
      if (!this.#threads.has(id)) this.#listen(thread);
    } catch (error) {
      this.#send({ type: 'ended', thread: id, end: endOfError(error) });
    }
  }

  async #fork(id: string, names: readonly string[]): Promise<unknown> {
    const thread = this.#threads.get(id)?.thread ?? (await this.#service.find(this.account, id));
    if (thread === undefined) throw new ApiError('ResourceNotFoundException', unknown(id));
    if (this.#threads.size + names.length > limits.threadsPerSessionMax) throw tooManyThreads();
    const taken = names.find((name) => this.#threads.has(name));
    if (taken !== undefined || new Set(names).size < names.length)
      throw new ProtocolError(`A client named a fork ${taken ?? names.join(', ')} that is another thread's.`);
    return await this.#service.moves.fork(this.account, thread, names, (fork) => this.#listen(fork));
  }

  /** Who asks about one that is detached may rely on its being found again. */
  async #stateOf(id: string): Promise<ThreadState> {
    const thread = this.#threads.get(id)?.thread ?? (await this.#service.find(this.account, id));
    if (thread?.detached === true) await this.#service.written(thread);
    return thread?.state(this.#service.clock.now()) ?? { state: 'unknown', name: '', ageMs: 0 };
  }

  async #upload({ code, data, last }: ClientMessage & { readonly type: 'code' }): Promise<boolean> {
    const upload = this.#uploads.get(code) ?? new CodeUpload();
    this.#uploads.set(code, upload);
    upload.add(data);
    if (!last) return false;
    this.#uploads.delete(code);
    await this.#service.code.put(this.account, code, upload.whole());
    return true;
  }

  async #reply(question: Question, seq: number): Promise<unknown> {
    switch (question.about) {
      case 'code':
        return this.#service.code.find(this.account, question.code) !== undefined;
      case 'thread':
        return await this.#stateOf(question.thread);
      case 'move':
        return await this.#service.moves.move(this.account, question.thread, question.move);
      case 'fork':
        return await this.#fork(question.thread, question.forks);
      case 'expect':
        return this.#service.expect(this.account, question, this.#how.starter, this.#program);
      case 'durable':
        if (!mayDo(this.#how.starter?.policy, durablePrograms)) throw noPrograms();
        return this.#programs.ask(question.request);
      case 'portion':
        return this.#service.portionsEnded(this.account, this.#program, question.group);
      case 'share':
        return this.#shares.ask(seq, question.request, this.#how.record);
      default:
        return this.#shares.stop(question.of);
    }
  }

  async #answer(seq: number, reply: Promise<unknown>): Promise<void> {
    try {
      this.#send({ type: 'answer', seq, ok: true, value: await reply });
    } catch (error) {
      this.#send({ type: 'answer', seq, ok: false, error: textOfError(error) });
    }
  }
}

function noPrograms(): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `What bounds this code does not allow it durable programs: no policy allows ${durablePrograms.action}.`,
  );
}

function tooManyThreads(): ApiError {
  return new ApiError(
    'TooManyRequestsException',
    `${limits.threadsPerSessionMax} threads of this client have not ended yet, which is the most that may.`,
  );
}

function unknown(id: string): string {
  return `There is no thread ${id}: it never was, was not detached, or ended so long ago that its result is not kept.`;
}
