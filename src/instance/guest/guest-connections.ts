import type { Clock } from '../../model/clock.ts';
import { InstanceLostError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { Guest, GuestConnections, Move, MoveWatcher, WhyParted } from '../guest.ts';
import type { RelayLink } from '../relay/relay-link.ts';
import type { BootedContainer } from './booted-container.ts';

/** A wall clock that is put forward by more is taken for a machine that slept: the other sides have given up, or will. */
export const sleptMsMin = 60_000;

/** What is needed of a guest. */
export interface ConnectionsHome {
  readonly id: string;
  readonly relay: RelayLink;
  readonly containers: ReadonlyMap<number, BootedContainer>;
  readonly clock: Clock;
  /** Of what goes on inside. */
  readonly deadlines: Clock;
  /** Whoever rests is interrupted, and goes on when it is over. */
  readonly interrupt: () => void;
  readonly goOn: () => void;
  readonly lose: (error: Error) => void;
}

/** Tells both sides of all connections of a guest when it stands still, moves, or has slept. */
export class BootedConnections implements GuestConnections, MoveWatcher {
  readonly #home: ConnectionsHome;
  #aheadMs: number;
  #telling: Promise<void> | undefined;
  #parted = false;

  constructor(home: ConnectionsHome) {
    this.#home = home;
    this.#aheadMs = home.clock.wall() - home.clock.now();
  }

  /** The relay owes an answer. */
  get busy(): boolean {
    return this.#telling !== undefined;
  }

  part(why: WhyParted): Promise<void> {
    this.#parted = true;
    for (const { outside } of this.#home.containers.values()) outside.part(why);
    return this.#told(this.#home.relay.part());
  }

  join(): void {
    this.#parted = false;
    // Time has passed for all, and whoever was told is not told again.
    this.#aheadMs = this.#home.clock.wall() - this.#home.clock.now();
    this.#home.relay.join();
    for (const { outside } of this.#home.containers.values()) outside.join();
  }

  /** Who is forked keeps its connections: only its forks lose them, in which no code runs yet. */
  async before(move: Move): Promise<void> {
    if (move === 'pause') await this.part('paused');
  }

  after(move: Move, fork?: Guest): void {
    if (fork !== undefined) fork.connections?.join();
    else if (move === 'pause') this.join();
  }

  /** Whoever is about to use it looks. Undefined where there is nothing to wait for: no machine slept, nothing is on its way to who rested. */
  news(): Promise<void> | undefined {
    this.look();
    return this.#telling;
  }

  /** It rested, and connections have ended meanwhile: the relay has told of them when what is awaited by `news` is over. */
  tellOf(): void {
    this.#told(this.#home.relay.synced()).catch(() => undefined); // the relay is gone, and with it the instance
  }

  /** Tells all if the machine has slept since somebody last looked: a clock put forward is taken for it. Nothing runs for that. */
  look(): void {
    const { clock } = this.#home;
    const aheadMs = clock.wall() - clock.now();
    const jumpMs = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    if (jumpMs < sleptMsMin || this.#parted) return;
    this.part('slept').then(
      () => this.join(),
      () => undefined, // the relay is gone, and with it the instance
    );
  }

  #told(done: Promise<void>): Promise<void> {
    const { id, deadlines, interrupt, goOn, lose } = this.#home;
    interrupt();
    const timer = deadlines.timer(limits.agentAnswerMsMax, () =>
      lose(new InstanceLostError(`The relay of ${id} did not answer within ${limits.agentAnswerMsMax} ms.`)),
    );
    const telling = done.finally(() => {
      timer[Symbol.dispose]();
      if (this.#telling === telling) this.#telling = undefined;
      goOn();
    });
    this.#telling = telling;
    return telling;
  }
}
