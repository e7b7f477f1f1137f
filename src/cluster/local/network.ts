/** One machine of a cluster that is all on this one. */
export interface LocalMachine {
  /** At which the other machines and this program reach it. */
  readonly address: string;
  /** What a command begins with that is to run there; empty where it runs beside this program. */
  readonly enter: readonly string[];
}

/** What can be done to the links between machines; they are as they were once everything is undone. */
export interface NetworkFaults {
  /** Drops what one machine sends to another, in this direction only, without a word to either. Machines are counted from 0. */
  block(from: number, to: number): Promise<void>;
  unblock(from: number, to: number): Promise<void>;
  /** Lets so many kbit/s through to and from a machine, and queues the rest for 400 ms at most; undefined: as fast as it goes. */
  slow(machine: number, kbitPerSecond: number | undefined): Promise<void>;
}

/** The machines' network. Disposing of it takes the machines' processes' links away: end those first. */
export interface LocalNetwork extends AsyncDisposable {
  readonly kind: 'namespaces' | 'loopback';
  readonly machines: readonly LocalMachine[];
  /** At which the machines reach this program. */
  readonly outside: string;
  /** Undefined on loopback, where nothing is between the machines. */
  readonly faults: NetworkFaults | undefined;
}

/** All machines at 127.0.0.1, told apart by their ports. */
export function loopbackNetwork(machines: number): LocalNetwork {
  return {
    kind: 'loopback',
    machines: Array.from({ length: machines }, () => ({ address: '127.0.0.1', enter: [] })),
    outside: '127.0.0.1',
    faults: undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
