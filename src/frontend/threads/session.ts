import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { ClientMessage, Question, ServiceMessage } from '../../protocol/session-messages.ts';
import { SessionLink } from '../../protocol/session-link.ts';
import { ServedThread, type OpenSession } from './served-thread.ts';
import { Shares, textOfError } from './shares.ts';
import { CodeUpload } from './thread-code.ts';
import { endOfError } from './thread-end.ts';
import type { ThreadService } from './thread-service.ts';

/** One client's session: its threads, and what it asks. Outlives a broken connection for a while. */
export class ThreadSession {
  readonly id: string = randomUUID();
  readonly account: string;
  readonly link: SessionLink = new SessionLink();
  readonly #service: ThreadService;
  readonly #nested: boolean;
  readonly #open: OpenSession;
  readonly #threads = new Map<string, ServedThread>();
  readonly #shares: Shares;
  readonly #uploads = new Map<string, CodeUpload>();

  /** `nested`: its client is a thread. `open`: opens a session for one of its threads. */
  constructor(service: ThreadService, account: string, nested: boolean, open: OpenSession) {
    this.#service = service;
    this.#nested = nested;
    this.#open = open;
    this.account = account;
    this.#shares = new Shares(service.sharing, account, this.id);
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
        return this.#threads.get(message.thread)?.post(message.data);
      case 'credit':
        return this.#threads.get(message.thread)?.credit(message.bytes);
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
    for (const thread of this.#threads.values()) {
      thread.listen(undefined);
      if (!thread.detached) thread.kill();
    }
    this.#threads.clear();
    this.#shares.end();
  }

  #spawn(message: ClientMessage & { readonly type: 'spawn' }, receivedAt: number): void {
    const { thread: id, name, detached } = message;
    if (this.#threads.has(id)) throw new ProtocolError(`A client started the thread ${id} a second time.`);
    const thread = new ServedThread(id, name, receivedAt, detached, (said) => this.#tell(thread, said), this.#open);
    if (this.#threads.size >= limits.threadsPerSessionMax) return thread.ended(endOfError(tooManyThreads()));
    this.#threads.set(id, thread);
    this.#service.run(this.account, thread, message, { receivedAt, nested: this.#nested });
  }

  #tell(thread: ServedThread, said: ServiceMessage): void {
    if (said.type === 'ended') this.#threads.delete(thread.id);
    this.link.send(said);
  }

  #cancel(id: string, graceMs: number): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    if (graceMs === 0) return thread.kill();
    this.#service.clock.timer(Math.min(graceMs, limits.threadTimeoutMsMax), () => thread.kill());
  }

  #detach(id: string): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    thread.detached = true;
    this.#service.keep(this.account, thread);
  }

  async #attach(id: string): Promise<void> {
    const thread = await this.#service.find(this.account, id);
    if (thread === undefined)
      return this.link.send({
        type: 'ended',
        thread: id,
        end: endOfError(new ApiError('ResourceNotFoundException', unknown(id))),
      });
    this.#threads.set(id, thread);
    thread.listen((said) => this.#tell(thread, said));
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
      case 'thread': {
        const thread = this.#threads.get(question.thread) ?? (await this.#service.find(this.account, question.thread));
        return thread?.state(this.#service.clock.now()) ?? { state: 'unknown', name: '', ageMs: 0 };
      }
      case 'share':
        return this.#shares.ask(seq, question.request);
      default:
        return this.#shares.stop(question.of);
    }
  }

  async #answer(seq: number, reply: Promise<unknown>): Promise<void> {
    try {
      this.link.send({ type: 'answer', seq, ok: true, value: await reply });
    } catch (error) {
      this.link.send({ type: 'answer', seq, ok: false, error: textOfError(error) });
    }
  }
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
