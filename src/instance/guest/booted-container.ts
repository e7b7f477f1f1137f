import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../model/clock.ts';
import type { BlankKind } from '../../model/configuration.ts';
import type { CodeBundle } from '../../model/code.ts';
import { ProtocolError } from '../../model/errors.ts';
import { newId } from '../../model/id.ts';
import { limits } from '../../model/limits.ts';
import { CutShortError } from '../../protocol/framing/frame.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';
import { ContainerDiedError } from './container-died.ts';
import type { Instance } from '../contract.ts';
import { ContainerLink } from '../channels/container-link.ts';
import type { CodePlace } from './guest-code.ts';
import type { ContainerExit, ContainerInvocation, GuestContainer, RuntimeAnswer } from '../guest.ts';

/**
 * After an agent said that a container ended, how long its last words may still be on their way on the other channel,
 * milliseconds. Usually that channel's end comes first; a virtio-serial port has no end.
 */
const lastWordsMs = 50;
/**
 * How long after a runtime hung up its agent may take to say why, before it is told to kill, milliseconds: what is left of a container
 * that closed its channel and goes on is of no use to anybody.
 */
const hangUpMs = 1_000;
const lastWordsUnits = 1_024;

/** What a container needs of the guest it is in. */
export interface ContainerHome {
  readonly clock: Clock;
  /** For what the container itself has to do in time. */
  readonly deadlines: Clock;
  /** Puts code into a container, and limits it. */
  bindCode(place: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void>;
  /** The container is about to be used: whatever rests goes on. */
  wake(): void;
  /** Resolves when {@link BootedContainer.output} was told what the container printed until now. Rejects if the agent is lost. */
  flushContainer(channel: number): Promise<void>;
  /** Resolves when nothing is left of it. Rejects if the agent is lost. */
  killContainer(channel: number): Promise<void>;
  /** The guest cannot be trusted any more: destroys it. */
  lose(error: Error): void;
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
  readonly #greeted = Promise.withResolvers<void>();
  #state: 'blank' | 'loaded' | 'dead' = 'blank';
  #exit: ContainerExit | undefined;
  #killing: Promise<void> | undefined;
  /** It ended its channel before anybody ended it. */
  #hungUpFirst = false;
  /** What it said that no runtime may say. */
  #breach: ProtocolError | undefined;
  #timer: Timer | undefined;
  /** What it printed before it was ready: usually why it never was. */
  #lastWords = '';

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

  /** Whether something is expected of it: that it says hello, or answers. */
  get busy(): boolean {
    return this.#state !== 'dead' && this.#link.busy;
  }

  /** See `Guest.warmUp`. */
  async rehearse(): Promise<void> {
    this.#home.wake();
    using _ = this.#home.deadlines.timer(limits.containerHelloMsMax, () => void this.kill());
    await this.#link.rehearse();
  }

  async load(sha256: string, code: () => Promise<CodeBundle>, init: RuntimeInit): Promise<void> {
    if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
    if (this.#state !== 'blank') throw new Error(`The container ${this.id} has its code already.`);
    this.#state = 'loaded';
    this.#home.wake();
    try {
      // Beside what comes next: the runtime wakes up and prepares itself while the agent is at work.
      this.#link.init(init);
      await this.#home.bindCode({ channel: this.channel, memoryMb: init.memoryMb }, sha256, code);
      if (this.#exit !== undefined) throw new ContainerDiedError(this.#exit);
    } catch (error) {
      // Half loaded is of no use to anybody.
      void this.kill();
      throw this.#exit === undefined ? error : new ContainerDiedError(this.#exit);
    }
  }

  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if (this.#exit !== undefined) return Promise.reject(new ContainerDiedError(this.#exit));
    // Between its last word and the news of its end, a container is as good as dead.
    if (!this.#link.open) return this.exited.then((exit) => Promise.reject(new ContainerDiedError(exit)));
    this.#home.wake();
    try {
      return this.#link.invoke(invocation);
    } catch (error) {
      return Promise.reject(error);
    }
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
    this.#link.output(text);
  }

  /** Nothing is left of it. Idempotent. */
  die(exit: ContainerExit): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
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
