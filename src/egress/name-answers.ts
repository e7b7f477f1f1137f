import type { Duplex } from 'node:stream';
import { serviceNameInside } from '../model/runtimes/endpoint-rules.ts';
import type { Note } from '../model/network.ts';
import {
  addressAnswer,
  dnsType,
  nameError,
  noData,
  parseQuestion,
  serverFailure,
  truncated,
  type DnsQuestion,
} from '../protocol/dns/message.ts';
import type { AccountUse } from './account-use.ts';
import type { DnsTransport } from './names/ask.ts';
import { answerDnsStream } from './names/dns-stream.ts';
import type { HostNames } from './names/host-names.ts';
import type { NameTable } from './names/name-table.ts';
import { addressOfReverse, isReverse } from './names/reverse.ts';
import type { Ruling } from './policy-book.ts';
import { mayAsk, mayReach, type Surroundings } from './policy/decide.ts';
import { plainName } from './policy/parse.ts';
import { refusing, type Refusals } from './refusals.ts';

/** The service itself, for those inside. */
export const ownName: string = serviceNameInside;

/** What one container's questions are answered with. */
export interface NameParts {
  readonly names: HostNames;
  readonly own: Surroundings;
  readonly table: NameTable;
  readonly refusals: Refusals;
  readonly ruling: Ruling;
  readonly use: AccountUse;
  /** Why the service itself may not be called; undefined if it may. */
  readonly silent: string | undefined;
}

/** Questions of one container that are being answered. */
const questionsMax = 128;
const ttlSeconds = 60;
const loopback = Uint8Array.of(127, 0, 0, 1);
const nothing = Buffer.alloc(0);

/** Answers the questions of DNS of one container. Every one is answered: programs wait for many seconds where nothing comes. */
export class NameAnswers {
  readonly #parts: NameParts;
  #asked = 0;

  constructor(parts: NameParts) {
    this.#parts = parts;
  }

  /** By UDP. Gives no bytes for what is no question. Never rejects. */
  async toMessage(message: Buffer, note: Note): Promise<Buffer> {
    const question = parseQuestion(message);
    if (question === undefined) return nothing;
    const answer = await this.#bounded(question, 'udp', note);
    return answer.length > question.answerBytesMax ? truncated(question) : answer;
  }

  /** By TCP, one after the other. Rejects where the connection breaks. */
  toStream(connection: Duplex, note: Note): Promise<void> {
    return answerDnsStream(connection, async (message) => {
      const question = parseQuestion(message);
      return question && this.#bounded(question, 'tcp', note);
    });
  }

  async #bounded(question: DnsQuestion, by: DnsTransport, note: Note): Promise<Buffer> {
    const { use } = this.#parts;
    if (this.#asked >= questionsMax || !use.mayAsk) return serverFailure(question);
    this.#asked += 1;
    use.asking += 1;
    try {
      return await this.#answer(question, by, note);
    } catch {
      return serverFailure(question);
    } finally {
      this.#asked -= 1;
      use.asking -= 1;
    }
  }

  #answer(question: DnsQuestion, by: DnsTransport, note: Note): Promise<Buffer> | Buffer {
    const name = plainName(question.name);
    if (name === undefined) return nameError(question);
    const { type } = question;
    if (name === 'localhost' || name.endsWith('.localhost'))
      return type === dnsType.a ? addressAnswer(question, loopback, ttlSeconds) : noData(question);
    const { refusals, ruling, silent } = this.#parts;
    if (name === ownName && silent === undefined) return this.#given(question, name);
    const unwilling = ruling.said.find(({ policy }) => !mayAsk(policy, name));
    if (name === ownName || unwilling !== undefined) {
      refusals.name(name, unwilling ?? silent ?? '', note);
      return nameError(question);
    }
    if (type === dnsType.a || type === dnsType.aaaa || type === dnsType.everything)
      return this.#find(question, name, note);
    // They tell addresses: whoever went by them would not be known to have meant the name.
    if (type === dnsType.service || type === dnsType.https) return noData(question);
    if (isReverse(name) && !this.#mayBeReached(addressOfReverse(name))) return nameError(question);
    return this.#parts.names.ask(question, by);
  }

  /** Whose name an address of a private network has, is nothing for whoever may not connect there. */
  #mayBeReached(address: string | undefined): boolean {
    if (address === undefined) return false;
    const { own, ruling } = this.#parts;
    return ruling.said.every(({ policy }) => mayReach(policy, { addresses: [address] }, own));
  }

  async #find(question: DnsQuestion, name: string, note: Note): Promise<Buffer> {
    const { names, own, ruling, refusals } = this.#parts;
    const { addresses, given } = await names.addressesOf(name);
    const [address] = addresses;
    if (address === undefined) return nameError(question);
    const shut = ruling.said.find(({ policy }) => !mayReach(policy, { name, addresses, given }, own));
    if (shut === undefined) return this.#given(question, name);
    const refused = refusing({ ...ruling, said: [shut] }, { name, address, given, port: 0 }, own);
    if (refused !== undefined) refusals.target({ name, address, port: undefined }, refused, note);
    return nameError(question);
  }

  /** Every name has an address of IPv4 only: what stands behind it may have others. */
  #given(question: DnsQuestion, name: string): Buffer {
    return question.type === dnsType.a || question.type === dnsType.everything
      ? addressAnswer(question, this.#parts.table.addressOf(name), ttlSeconds)
      : noData(question);
  }
}
