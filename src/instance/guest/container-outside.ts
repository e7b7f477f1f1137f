import type { Duplex } from 'node:stream';
import type { RunningInvocation } from '../../model/auxiliary/caller.ts';
import type { CarriedConnection, ContainerNetwork, Destination, Note } from '../../model/network.ts';
import type { WhyParted } from '../guest.ts';
import { nameError, parseQuestion } from '../../protocol/dns/message.ts';

const reasons: Readonly<Record<WhyParted, string>> = {
  paused: 'its instance is paused',
  forked: 'it is a copy',
  moved: 'its instance moves',
  slept: 'this machine has slept, or its clock was put forward',
};

/** What a container's code finds outside: connections and names, for as long as it lives. */
export class ContainerOutside {
  /** Known when the container has its code. */
  network: ContainerNetwork | undefined;
  /** That runs, or was the last one that did. */
  invocation: RunningInvocation | undefined;
  readonly #connections: Set<Duplex> = new Set();
  readonly #tell: Note;
  #note: Note;
  #ended = false;
  /** It has connected to something, ever. */
  used = false;

  /** `tell` takes a line for the function's log. */
  constructor(tell: Note) {
    this.#tell = tell;
    this.#note = (line) => tell(line);
  }

  /** Ports that its code may mean. */
  get ports(): readonly number[] {
    return this.network?.ports ?? [];
  }

  /** Its code is there. */
  lead(network: ContainerNetwork | undefined, container: string): void {
    this.network = network;
    network?.runsIn?.({ container, invocation: () => this.invocation });
  }

  /** An invocation begins: who is told something again knows by another note that somebody else reads it. */
  beginInvocation(invocation: RunningInvocation | undefined): void {
    this.invocation = invocation;
    this.#note = (line) => this.#tell(line);
  }

  /** Its code connects to something outside. */
  connects(to: Destination, connection: CarriedConnection): void {
    if (this.network === undefined || this.#ended) return void connection.destroy();
    this.used = true;
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.network.connect(to, connection, this.#note);
  }

  /** What its code wanted to connect to was refused by its kernel. */
  refused(to: Destination, by: 'tcp' | 'udp'): void {
    this.network?.refused(to, by, this.#note);
  }

  /** Its code asks for a name. An answer of no bytes: that was no question. */
  asks(message: Buffer, answer: (message: Uint8Array) => void): void {
    if (this.network !== undefined) return this.network.resolve(message, answer, this.#note);
    const question = parseQuestion(message);
    answer(question === undefined ? Buffer.alloc(0) : nameError(question));
  }

  /** Its connections are about to be ended. */
  part(why: WhyParted): void {
    const { size } = this.#connections;
    if (size > 0)
      this.#note(
        `Connections ended: ${size}, as ${reasons[why]}. Code finds them reset, the other side as its policy says (moved=reset or moved=end).`,
      );
    this.network?.away?.(true);
  }

  /** It goes on. */
  join(): void {
    this.network?.away?.(false);
  }

  /** It is dead. */
  end(): void {
    this.#ended = true;
    for (const connection of this.#connections) connection.destroy();
    this.network?.end();
  }
}
