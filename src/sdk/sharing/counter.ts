import { ask, bigOf } from './ask.ts';

/** A whole number of up to 128 bits; 0n where nobody has set it. */
export class Counter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Gives what it is then. */
  async add(by: bigint): Promise<bigint> {
    return bigOf(await ask({ kind: 'counter', op: 'add', name: this.name, by: by.toString() }), 'value');
  }

  async get(): Promise<bigint> {
    return bigOf(await ask({ kind: 'counter', op: 'get', name: this.name }), 'value');
  }

  /** Sets it to `next` if it is `expected`; gives what it was. */
  async compareExchange(expected: bigint, next: bigint): Promise<bigint> {
    const numbers = { expected: expected.toString(), next: next.toString() };
    return bigOf(await ask({ kind: 'counter', op: 'compareExchange', name: this.name, ...numbers }), 'value');
  }
}
