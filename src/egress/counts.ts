import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../model/clock.ts';
import type { EgressTotals } from '../model/network.ts';
import { isThreadCode } from '../model/functions/thread-code.ts';
import { Targets } from './targets.ts';

/** Functions of an account that are counted by name, and codes of its threads; what its others do is counted together, under no name. */
const [functionsMax, threadsMax] = [500, 100];

/** A connection that says what went over it. */
interface Counted extends Duplex {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What is counted of one function. */
export class EgressCount {
  readonly account: string;
  readonly functionName: string;
  connections = 0;
  open = 0;
  refusals = 0;
  /** Connections that were ended because their containers stood still or moved. */
  moved = 0;
  /** Where to. */
  readonly targets: Targets;
  readonly #watched = new Map<Counted, 'inside' | 'outside'>();
  #bytesOut = 0;
  #bytesIn = 0;

  constructor(account: string, functionName: string, clock: Pick<Clock, 'wall'> = systemClock) {
    this.account = account;
    this.functionName = functionName;
    this.targets = new Targets(clock);
  }

  /** Counts what goes over a connection that was made for the function; `where` the other end of it is. */
  watch(connection: Counted, where: 'inside' | 'outside'): void {
    this.connections += 1;
    this.#watched.set(connection, where);
    connection.once('close', () => {
      this.#watched.delete(connection);
      const { out, into } = bytesOf(connection, where);
      this.#bytesOut += out;
      this.#bytesIn += into;
    });
  }

  totals(): EgressTotals {
    const { account, functionName, connections, open, refusals, moved } = this;
    let [bytesOut, bytesIn] = [this.#bytesOut, this.#bytesIn];
    for (const [connection, where] of this.#watched) {
      const { out, into } = bytesOf(connection, where);
      bytesOut += out;
      bytesIn += into;
    }
    const targets = this.targets.list();
    return { account, functionName, connections, open, refusals, moved, bytesOut, bytesIn, targets };
  }
}

function bytesOf({ bytesRead, bytesWritten }: Counted, where: 'inside' | 'outside'): { out: number; into: number } {
  return where === 'outside' ? { out: bytesWritten, into: bytesRead } : { out: bytesRead, into: bytesWritten };
}

/** Connections, bytes and refusals by function. */
export class Counts {
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #byAccount = new Map<string, Map<string, EgressCount>>();

  constructor(clock: Pick<Clock, 'wall'> = systemClock) {
    this.#clock = clock;
  }

  of(account: string, functionName: string): EgressCount {
    const functions = this.#byAccount.get(account) ?? new Map<string, EgressCount>();
    this.#byAccount.set(account, functions);
    const name = functions.has(functionName) || this.#hasRoom(functions, functionName) ? functionName : '';
    const count = functions.get(name) ?? new EgressCount(account, name, this.#clock);
    functions.set(name, count);
    return count;
  }

  /** Threads have a name for each code: they take no room from functions. */
  #hasRoom(functions: ReadonlyMap<string, EgressCount>, functionName: string): boolean {
    const threads = isThreadCode(functionName);
    let alike = 0;
    for (const name of functions.keys()) if (isThreadCode(name) === threads) alike += 1;
    return alike < (threads ? threadsMax : functionsMax);
  }

  totals(): EgressTotals[] {
    return [...this.#byAccount.values()].flatMap((functions) => [...functions.values()].map((count) => count.totals()));
  }
}
