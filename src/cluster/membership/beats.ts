import type { HostId } from '../contract.ts';
import type { NatsLink } from '../nats/connection.ts';
import { protocolVersions } from '../protocol-version.ts';
import { type Beat, decodeBeat, encodeBeat } from './beat.ts';

const subject = 'heddle.beat';

/** What hosts say of themselves all the time: that they are there, and what other rooms put in. Nothing is kept; what is not heard is said again soon. */
export class Beats implements Disposable {
  readonly #link: NatsLink;
  readonly #id: HostId;
  readonly #process: string;
  readonly #carried = new Map<string, () => Uint8Array | undefined>();
  readonly #listeners = new Map<string, (from: HostId, data: Uint8Array) => void>();
  readonly #subscription: Disposable;

  /** `hear`: told each beat of another host; gives whether it is spoken to. */
  constructor(link: NatsLink, id: HostId, process: string, hear: (from: HostId, beat: Beat) => boolean) {
    this.#link = link;
    this.#id = id;
    this.#process = process;
    const heard = link.connection.subscribe(`${subject}.*`, {
      callback: (error, message) => {
        if (error === null) this.#deliver(message.subject.slice(subject.length + 1), message.data, hear);
      },
    });
    this.#subscription = { [Symbol.dispose]: () => heard.unsubscribe() };
  }

  carry(part: string, take: () => Uint8Array | undefined): void {
    this.#carried.set(part, take);
  }

  onPart(part: string, listener: (from: HostId, data: Uint8Array) => void): void {
    this.#listeners.set(part, listener);
  }

  /** Says that this host is there, or goes, and which revision its record has. Where no server is connected there is nobody who could hear it. Throws where what is carried is too large. */
  say(gone: boolean, record: number): void {
    const parts = gone ? [] : [...this.#carried].map(([name, take]) => [name, take()] as const);
    const said = parts.filter((each): each is [string, Uint8Array] => each[1] !== undefined);
    const beat = { process: this.#process, protocol: protocolVersions, gone, record, parts: Object.fromEntries(said) };
    this.#link.publish(`${subject}.${this.#id}`, encodeBeat(beat));
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #deliver(from: HostId, data: Uint8Array, hear: (from: HostId, beat: Beat) => boolean): void {
    const beat = decodeBeat(data);
    if (beat === undefined || from === this.#id || !hear(from, beat)) return;
    for (const [name, part] of Object.entries(beat.parts)) this.#listeners.get(name)?.(from, part);
  }
}
