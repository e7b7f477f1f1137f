import type { Duplex } from 'node:stream';
import type { Timer } from '../../model/clock.ts';
import type { BlankKind } from '../../model/runtimes/configuration.ts';
import type { CodeBundle } from '../../model/functions/code.ts';
import { ProtocolError } from '../../model/errors.ts';
import { newId } from '../../model/id.ts';
import { limits } from '../../model/limits.ts';
import { CutShortError } from '../../protocol/framing/frame.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';
import { ContainerDiedError } from './container-died.ts';
import type { ContainerHome } from './container-home.ts';
import { ContainerOutside } from './container-outside.ts';
import { EarlyWords } from './early-words.ts';
import type { Instance } from '../contract.ts';
import { ContainerLink, type LinkPlace } from '../channels/container-link.ts';
import type {
  CodeSurroundings,
  ContainerExit,
  ContainerInvocation,
  EndReason,
  GuestContainer,
  RuntimeAnswer,
} from '../guest.ts';

/**
 * After an agent said that a container ended, how long its last words may still be on their way on the other channel,
 * milliseconds. Usually that channel's end comes first; a virtio-serial port has no end.
 */
const lastWordsMs = 50;
/**
 * How long after a runtime hung up its agent may take to say why, before it is told to kill, milliseconds: what is left of a container
 * that closed its channel and goes on is of no use to anybody.
 */
const hangUpMs = 3_000;
const lastWordsUnits = 1_024;
/** What AWS Lambda gives extensions for their end, milliseconds, and what the container's own supervisor may take beyond. */
const [shutdownMs, shutdownGraceMs] = [2_000, 1_000];
/** What the supervisor of extensions takes, beside what the function may, MiB. */
const supervisorMb = 64;

/** A container, as a copy of its instance has it. */
export interface ContainerPlace {
  readonly channel: number;
  readonly kind: BlankKind;
  readonly blank: boolean;
  readonly link: LinkPlace;
}

/** A container by its data channel and its agent. */
export class BootedContainer implements GuestContainer {
  readonly id: string = newId('c');
  readonly channel: number;
  readonly kind: BlankKind;
  readonly exited: Promise<ContainerExit>;
  /** Resolves when the runtime waits for code; rejects if the container dies, or that takes too long. */
  readonly ready: Promise<void>;
  readonly #home: ContainerHome;
  readonly #link: ContainerLink;
  readonly #settle = Promise.withResolvers<ContainerExit>();
  /** What its code connects to. */
  readonly outside: ContainerOutside = new ContainerOutside((line) => {
    if (this.#state !== 'dead') this.#link.output(`${line}\n`);
  });
  readonly #greeted = Promise.withResolvers<void>();
  #state: 'blank' | 'loaded' | 'dead' = 'blank';
  #exit: ContainerExit | undefined;
  #killing: Promise<void> | undefined;
  /** Its extensions have been told. */
  #ending: Promise<void> | undefined;
  hasExtensions = false;
  /** Its code is on its way. */
  #loading = false;
  /** It ended its channel before anybody ended it. */
  #hungUpFirst = false;
  /** What it said that no runtime may say. */
  #breach: ProtocolError | undefined;
  #timer: Timer | undefined;
  /** What it printed before it was ready: usually why it never was. */
  #lastWords = '';
  readonly #early = new EarlyWords();

  constructor(place: Instance['containers'][number], stream: Duplex, helloSaid: boolean, home: ContainerHome) {
    const { channel, kind } = place;
    this.channel = channel;
    this.kind = kind;
    this.#home = home;
    this.exited = this.#settle.promise;
    this.ready = this.#greeted.promise;
    this.ready.catch(() => undefined);
    if (helloSaid) this.#greeted.resolve();
    else this.#timer = home.deadlines.timer(limits.containerHelloMsMax, () => this.#late());
    this.#link = new ContainerLink(stream, helloSaid, {
      onHello: () => {
        this.#timer?.[Symbol.dispose]();
        this.#lastWords = '';
        this.#greeted.resolve();
      },
      onEnd: (error) => this.#hungUp(error),
      flush: () => home.flushContainer(channel),
    });
  }

  get caller(): GuestContainer['caller'] {
    return this.outside.network?.caller;
  }

  /** Whether something is expected of it: that it says hello, or answers. */
  get busy(): boolean {
    return this.#state !== 'dead' && (this.#link.busy || this.#ending !== undefined);
  }

  /** What nobody may interrupt: it is being made, loaded or ended. */
  get unsettled(): boolean {
    return this.#state !== 'dead' && (this.#loading || this.#ending !== undefined || this.#link.prepares);
  }

  /** See `Connection.hold` and `Connection.goOn`. */
  standStill(): Promise<void> {
    return this.#link.standStill();
  }

  goOn(channel?: Duplex): void {
    this.#link.goOn(channel);
  }

  /** What a copy of it has to know. */
  get place(): ContainerPlace {
    const { channel, kind } = this;
    return { channel, kind, blank: this.#state === 'blank', link: this.#link.place };
  }

  /** It is a copy of another one, which was not dead. */
  goOnAt({ blank, link }: ContainerPlace): void {
    if (!blank) this.#state = 'loaded';
    this.#link.goOnAt(link);
    this.#early.call();
  }

  /** See `GuestContainer.fork`: why it cannot be. */
  get notForked(): string | undefined {
    if (!this.kind.startsWith('nodejs')) return `its runtime is ${this.kind}, and only those of Node can be forked`;
    if (this.hasExtensions) return 'its function has extensions';
    if (this.#state !== 'loaded' || !this.#link.open) return 'it has no code, or has ended';
    if (this.#link.busy && !this.#link.runs) return 'it has not begun to run its code';
    return this.#link.streams ? 'its answer has begun to be streamed' : undefined;
  }

  /** Has its runtime let no user code run. Rejects with ContainerDiedError, or if it does not come to that in time: then it goes on. */
  async holdCode(randomSeed?: number): Promise<void> {
    if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
    const message = randomSeed === undefined ? ({ type: 'hold' } as const) : ({ type: 'reseed', randomSeed } as const);
    const late = Promise.withResolvers<never>();
    using _ = this.#home.deadlines.timer(limits.forkHoldMsMax, () =>
      late.reject(
        new Error(
          `Its code did not pause for ${limits.forkHoldMsMax / 1_000} s: a fork waits until it awaits something, or its event loop turns.`,
        ),
      ),
    );
    try {
      await Promise.race([this.#link.holdCode(message), late.promise]);
    } catch (error) {
      if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
      this.#link.release(0);
      throw error;
    }
  }

  /** User code runs again, of what was forked. */
  release(): void {
    this.#link.release(0);
  }

  /** User code runs again: of a fork with what it finds outside, and in the middle of the invocation that it answers. */
  becomeFork(
    forkIndex: number,
    { network }: Pick<CodeSurroundings, 'network'> = {},
    invocation?: ContainerInvocation,
  ): Promise<RuntimeAnswer> | undefined {
    if (this.#exit === undefined) this.outside.lead(network, this.id);
    else network?.end();
    this.outside.beginInvocation(invocation);
    const answer =
      this.#exit === undefined
        ? invocation && this.#link.adopt(invocation)
        : Promise.reject(new ContainerDiedError(this.#exit));
    this.#link.release(forkIndex, { ...network?.environment, ...network?.credentials });
    return answer;
  }

  /** See `Guest.warmUp`. */
  async rehearse(): Promise<void> {
    this.#home.wake();
    using _ = this.#home.deadlines.timer(limits.containerHelloMsMax, () => void this.kill());
    await this.#link.rehearse();
  }

  async load(
    sha256: string,
    code: () => Promise<CodeBundle>,
    init: RuntimeInit,
    { layers, network, storageMb }: CodeSurroundings = {},
  ): Promise<void> {
    if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
    if (this.#state !== 'blank') throw new Error(`The container ${this.id} has its code already.`);
    this.#state = 'loaded';
    this.#loading = true;
    this.outside.lead(network, this.id);
    const limited = this.#home.limited();
    if (limited !== undefined) network?.limited(limited);
    this.#home.wake();
    try {
      this.hasExtensions = init.extensions === true;
      // Beside what comes next: the runtime wakes up and prepares itself while the agent is at work.
      if (!this.hasExtensions) this.#link.init(init);
      const memoryMb = init.memoryMb + (this.hasExtensions ? supervisorMb : 0);
      const place = { channel: this.channel, memoryMb, storageMb, authority: network?.authority };
      const what = network?.admits ?? 'nothing';
      const admitted = what === 'public' ? undefined : this.#home.admit(this.channel, what);
      admitted?.catch(() => undefined);
      if (layers !== undefined) await this.#home.bindLayers(this.channel, layers);
      await this.#home.bindCode(place, sha256, code);
      await admitted;
      if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
      // Extensions begin at once, and are in the layers.
      if (this.hasExtensions) {
        this.#link.init(init);
        await this.#link.rested;
      }
    } catch (error) {
      // Half loaded is of no use to anybody.
      void this.kill();
      throw this.#exit === undefined ? error : new ContainerDiedError(this.#exit);
    } finally {
      this.#loading = false;
    }
  }

  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if (this.#exit !== undefined) return Promise.reject(new ContainerDiedError(this.#exit));
    // Between its last word and the news of its end, a container is as good as dead.
    if (!this.#link.open) return this.exited.then((exit) => Promise.reject(new ContainerDiedError(exit)));
    this.#home.wake();
    const news = this.outside.used ? this.#home.news() : undefined;
    const goOn = (): Promise<RuntimeAnswer> => this.#invoke(invocation); // an instance that is lost says so by itself
    return news === undefined ? this.#invoke(invocation) : news.then(goOn, goOn);
  }

  #invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if (this.#exit !== undefined) return Promise.reject(new ContainerDiedError(this.#exit));
    this.outside.beginInvocation(invocation);
    const early = this.#early.call();
    if (early !== '') invocation.onLog(early);
    try {
      return this.#link.invoke(invocation);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  unheard(): string {
    return this.#early.take();
  }

  end(reason: EndReason): Promise<void> {
    const told = this.hasExtensions && this.#killing === undefined && this.#exit === undefined && this.#link.open;
    return told ? (this.#ending ??= this.#end(reason)) : this.kill();
  }

  kill(): Promise<void> {
    return (this.#killing ??= this.#kill());
  }

  /** The agent said that it ended. */
  ended(exit: ContainerExit): void {
    if (this.#killing !== undefined || !this.#link.open) return this.die(exit);
    this.#exit ??= exit;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#home.clock.timer(lastWordsMs, () => this.die(exit));
  }

  /** It printed something behind the runtime's back. */
  output(text: string): void {
    if (this.#state === 'blank') this.#lastWords = (this.#lastWords + text).slice(-lastWordsUnits);
    else if (this.#early.keep(text)) return;
    this.#link.output(text);
  }

  /** Nothing is left of it. Idempotent. */
  die(exit: ContainerExit): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.outside.end();
    this.#exit ??= exit.reason === 'killed' ? { ...exit, reason: this.#reasonOfKill() } : exit;
    this.#timer?.[Symbol.dispose]();
    const died = new ContainerDiedError(this.#exit, this.#breach?.message ?? this.#lastWords.trim());
    this.#greeted.reject(died);
    this.#link.fail(died);
    this.#settle.resolve(this.#exit);
  }

  /** Who is killed after it had hung up has ended by itself. */
  #reasonOfKill(): ContainerExit['reason'] {
    if (this.#breach !== undefined) return 'protocol';
    return this.#hungUpFirst ? 'exit' : 'killed';
  }

  async #end(reason: EndReason): Promise<void> {
    this.#home.wake();
    this.#link.shutDown(reason, shutdownMs);
    using _ = this.#home.deadlines.timer(shutdownMs + shutdownGraceMs, () => void this.kill());
    await this.exited;
  }

  async #kill(): Promise<void> {
    if (this.#state === 'dead') return;
    try {
      await this.#home.killContainer(this.channel);
      // The agent told of its end before, unless it did not know it any more.
      this.die({ reason: 'killed', code: null, signal: 'SIGKILL' });
    } catch (error) {
      this.#home.lose(error instanceof Error ? error : new Error(String(error)));
      await this.exited;
    }
  }

  #hungUp(error: Error | undefined): void {
    if (this.#state === 'dead') return;
    if (this.#exit !== undefined) return this.die(this.#exit);
    this.#timer?.[Symbol.dispose]();
    if (error instanceof ProtocolError && !(error instanceof CutShortError)) {
      this.#breach = error;
      void this.kill();
      return;
    }
    this.#hungUpFirst = this.#killing === undefined;
    this.#timer = this.#home.deadlines.timer(hangUpMs, () => void this.kill());
  }

  #late(): void {
    this.#greeted.reject(
      new Error(`The runtime of container ${this.id} was not ready within ${limits.containerHelloMsMax} ms.`),
    );
    void this.kill();
  }
}
