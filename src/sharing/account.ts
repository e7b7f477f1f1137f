import type { SharedReply, SharedRequest } from '../api/sharing.ts';
import type { Clock } from '../model/clock.ts';
import type { Barrier } from './barriers/barrier.ts';
import type { Latch } from './barriers/latch.ts';
import { barrierReply, latchReply } from './barriers/meeting.ts';
import type { Channel } from './data/channel.ts';
import type { Counter } from './data/counter.ts';
import type { Dict } from './data/dict.ts';
import { channelReply, counterReply, dictReply } from './data/exchange.ts';
import { Belongings } from './lifetime/belongings.ts';
import type { Asker } from './lifetime/seat.ts';
import { Shelf } from './lifetime/shelf.ts';
import { locksReply, mutexReply, semaphoreReply } from './locks/exclusion.ts';
import type { Lock } from './locks/lock.ts';
import type { Mutex } from './locks/mutex.ts';
import type { Semaphore } from './locks/semaphore.ts';
import type { SharingLimits } from './sharing-limits.ts';

/** Everything that the threads and sessions of one account share. */
export class Account {
  readonly belongings: Belongings;
  readonly #mutexes: Shelf<Mutex>;
  readonly #semaphores: Shelf<Semaphore>;
  readonly #barriers: Shelf<Barrier>;
  readonly #latches: Shelf<Latch>;
  readonly #counters: Shelf<Counter>;
  readonly #channels: Shelf<Channel>;
  readonly #dicts: Shelf<Dict>;
  readonly #locks: Shelf<Lock>;

  constructor(clock: Clock, limits: SharingLimits, firstNumber?: bigint) {
    const belongings = new Belongings(clock, limits, firstNumber);
    this.belongings = belongings;
    this.#mutexes = new Shelf('Mutex', belongings);
    this.#semaphores = new Shelf('Semaphore', belongings);
    this.#barriers = new Shelf('Barrier', belongings);
    this.#latches = new Shelf('Latch', belongings);
    this.#counters = new Shelf('Counter', belongings);
    this.#channels = new Shelf('Channel', belongings);
    this.#dicts = new Shelf('Dict', belongings);
    this.#locks = new Shelf('Lock', belongings);
  }

  /** Takes effect at once, or joins its line at once; only the reply may be later. */
  reply(request: SharedRequest, asker: Asker): Promise<SharedReply> {
    const { limits } = this.belongings;
    switch (request.kind) {
      case 'mutex':
        return mutexReply(this.#mutexes, request, asker);
      case 'semaphore':
        return semaphoreReply(this.#semaphores, request, asker);
      case 'barrier':
        return barrierReply(this.#barriers, request, asker);
      case 'latch':
        return latchReply(this.#latches, request, asker);
      case 'counter':
        return counterReply(this.#counters, request, asker);
      case 'channel':
        return channelReply(this.#channels, request, asker);
      case 'dict':
        return dictReply(this.#dicts, request, asker, limits.sharedDictEntriesMax);
      default: // locks
        return locksReply(this.#locks, request, asker, limits.sharedLockRowsMax);
    }
  }
}
