import type { Duplex } from 'node:stream';
import type { CallerPlace } from '../model/auxiliary/caller.ts';
import type { FunctionVersion, Starter } from '../model/functions/function.ts';
import type { Caller } from '../model/invocations/caller.ts';
import type { Admission, CarriedConnection, ContainerNetwork, Destination, Note } from '../model/network.ts';
import type { AccountUse } from './account-use.ts';
import { carry, type Allowed, type Speed } from './carry.ts';
import { callingVariables, keyVariables, type Asking } from './calling-variables.ts';
import type { EgressCount } from './counts.ts';
import type { EgressParts } from './egress.ts';
import { OwnCalls } from './own-calls.ts';
import { NameAnswers, ownName } from './name-answers.ts';
import { isAnswererOfDns } from './names/dns-stream.ts';
import { NameTable, standsForName } from './names/name-table.ts';
import { ownPolicy, type Ruling } from './policy-book.ts';
import { addressFromBytes } from './policy/addresses.ts';
import { mayLeavePublic, type Target } from './policy/decide.ts';
import type { Policy } from './policy/parse.ts';
import { movedBy, Refusals, refusing } from './refusals.ts';
import { ContainerSecrets, usesOf } from './secrets/container-secrets.ts';
import { ContainerPassage, passedWeight } from './secrets/container-passage.ts';
import type { Passage } from './secrets/passage.ts';
import type { SessionKey } from './session-keys.ts';

/** Connections of one container that are open or being opened. */
const connectionsMax = 1_024;

/** What one container shares with others. */
export interface SharedParts {
  readonly parts: EgressParts;
  readonly count: EgressCount;
  readonly use: AccountUse;
  readonly passage: () => Passage;
  /** Connections of all containers are too many, in words. */
  readonly overAll: () => string | undefined;
}

/** What one container finds outside, by the policy of the function whose code it runs. */
export class ContainerEgress implements ContainerNetwork {
  readonly #shared: SharedParts;
  readonly #table = new NameTable();
  readonly #refusals: Refusals;
  readonly #ruling: Ruling;
  readonly #answers: NameAnswers;
  readonly #key: SessionKey | undefined;
  readonly caller: Caller | undefined;
  /** With which its SDKs ask for credentials, where these hold for a time only. */
  #asking: Asking | undefined;
  /** Of the service, as code that must not ask DNS finds it. */
  readonly #ownAddress: Uint8Array = this.#table.addressOf(ownName);
  readonly #speed: Speed | undefined;
  readonly #speeds: readonly string[];
  readonly #secrets: ContainerSecrets | undefined;
  readonly #passed: ContainerPassage | undefined;
  readonly #calls: OwnCalls;
  /** Why only names on likely ports are carried, until that was told. */
  #limited: string | undefined;
  #ended = false;
  #open = 0;

  constructor(fn: FunctionVersion & Pick<Starter, 'tenantId'>, shared: SharedParts) {
    const { parts, count, use } = shared;
    this.#shared = shared;
    this.caller = parts.callerOf?.(fn);
    this.#refusals = new Refusals(count);
    const uses = usesOf(fn);
    if (uses.length > 0) this.#secrets = new ContainerSecrets(fn, uses, parts.secrets);
    this.#ruling = parts.policies.rulingFor({ ...fn, secrets: uses });
    // Whoever may connect to nothing may not call either.
    const nothing = this.admits === 'nothing' ? 'it may connect to nothing' : undefined;
    const silent = nothing ?? (fn.apart === true ? 'threads that are apart do not call the service' : undefined);
    if (silent === undefined) this.#key = parts.keys.issue(fn, parts.clock.wall());
    if (this.#key !== undefined && fn.hasRole === true)
      this.#asking = { address: this.#ownAddress, bearer: parts.keys.bearerOf(this.#key) };
    const limited = this.#ruling.said.flatMap(({ policy: { text, bytesPerSecond }, by }) => {
      // What a function says is its own; what is said to many, they share.
      const name = by === ownPolicy ? `${fn.name} ${text}` : text;
      return bytesPerSecond === undefined ? [] : [{ name, bytesPerSecond }];
    });
    this.#speeds = limited.map(({ name }) => name);
    const paces = limited.map(({ name, bytesPerSecond }) => use.speed(name, bytesPerSecond));
    if (paces.length > 0) this.#speed = { paces, clock: parts.clock };
    const { names, own } = parts;
    const about = { refusals: this.#refusals, own, use, silent };
    this.#answers = new NameAnswers({ names, table: this.#table, ruling: this.#ruling, ...about });
    this.#calls = new OwnCalls({ fn, count, caller: this.caller, ...about });
    if (this.#secrets === undefined) return;
    const { passage } = shared;
    const passing = { secrets: this.#secrets, passage, speed: this.#speed, clock: parts.clock };
    this.#passed = new ContainerPassage({ ...passing, count, use, refusals: this.#refusals });
  }

  get environment(): Readonly<Record<string, string>> {
    const calling = this.#key === undefined ? {} : callingVariables(this.#key, this.#asking);
    return { ...calling, ...this.#secrets?.trust };
  }

  get credentials(): Readonly<Record<string, string>> {
    const key = this.#key === undefined || this.#asking !== undefined ? {} : keyVariables(this.#key);
    return { ...this.#secrets?.placeholders, ...key };
  }

  get ports(): readonly number[] {
    return this.#ruling.said.flatMap(({ policy }) =>
      policy.rules.flatMap(({ port }) => (port === undefined ? [] : [port])),
    );
  }

  get ready(): Promise<void> | undefined {
    return this.#secrets?.ready;
  }

  get authority(): string | undefined {
    return this.#secrets?.authority;
  }

  runsIn(place: CallerPlace): void {
    this.#calls.runsIn(place);
  }

  limited(reason: string): void {
    this.#limited = reason;
    // A number is not led to the service from there: its SDKs find its own key.
    this.#asking = undefined;
    this.#shared.parts.onLimited(reason);
  }

  away(still: boolean): void {
    if (this.#key !== undefined) this.#key.standing.still = still;
  }

  continueFrom(of: ContainerNetwork): void {
    if (!(of instanceof ContainerEgress)) return;
    this.#table.copy(of.#table);
    if (of.#secrets !== undefined) this.#secrets?.continueFrom(of.#secrets);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const name of this.#speeds) this.#shared.use.letGo(name);
    if (this.#key !== undefined) this.#shared.parts.keys.revoke(this.#key);
  }

  get admits(): Admission {
    const every = (may: (policy: Policy) => boolean): boolean => this.#ruling.said.every(({ policy }) => may(policy));
    if (!every(({ rules }) => rules.length > 0)) return 'nothing';
    return every(mayLeavePublic) ? 'anything' : 'public';
  }

  refused(to: Destination, by: 'tcp' | 'udp', note: Note): void {
    const target = { address: addressFromBytes(to.address), port: to.port };
    if (by === 'udp') return this.#refusals.datagram(target, note);
    const refused = refusing(this.#ruling, target, this.#shared.parts.own);
    if (refused !== undefined) this.#refusals.target(target, refused, note);
  }

  connect(to: Destination, connection: CarriedConnection, note: Note): void {
    const { count, use } = this.#shared;
    const opened = (by: 1 | -1): void => {
      this.#open += by;
      use.open += by;
      count.open += by;
    };
    opened(1);
    connection.once('close', () => opened(-1));
    this.#connect(to, connection, note).catch((error: unknown) => {
      if (connection.destroyed) return;
      this.#refusals.failed(String(error), note);
      connection.destroy();
    });
  }

  resolve(message: Buffer, answer: (message: Uint8Array) => void, note: Note): void {
    if (this.#limited !== undefined) this.#refusals.limited(this.#limited, note);
    this.#limited = undefined;
    void this.#answers.toMessage(message, note).then(answer);
  }

  async #connect(to: Destination, connection: CarriedConnection, note: Note): Promise<void> {
    const over = this.#overLimit();
    if (over !== undefined) return this.#refuse(connection, () => this.#refusals.tooMany(over, note));
    // Its own answerer: nobody else is led there.
    if (isAnswererOfDns(to)) return this.#answers.toStream(connection, note);
    const name = Buffer.compare(to.address, this.#ownAddress) === 0 ? ownName : this.#table.nameOf(to.address);
    if (name === undefined && standsForName(to.address)) return void connection.destroy();
    if (name === ownName) return this.#calls.connect(connection, note);
    const scheme = name === undefined ? undefined : this.#secrets?.at(name, to.port);
    await this.#turn(scheme === undefined ? 1 : passedWeight);
    if (connection.destroyed) return;
    const targets = await this.#targetsOf(to, name);
    if (connection.destroyed) return;
    const { count, parts } = this.#shared;
    const judged = targets.map((target) => ({ target, refused: refusing(this.#ruling, target, parts.own) }));
    const [first, ...others] = judged.filter(({ refused }) => refused === undefined).map(({ target }) => target);
    if (first !== undefined) {
      const addresses = [first.address, ...others.map(({ address }) => address)] as const;
      const allowed: Allowed = { addresses, port: to.port };
      this.caller?.connects(name ?? first.address);
      count.targets.allowed(name, first.address, to.port);
      if (name !== undefined && scheme !== undefined)
        return this.#passed?.pass(connection, { name, allowed, scheme }, note);
      const telling = { moved: movedBy(this.#ruling, first, parts.own), clock: parts.clock };
      return carry(connection, allowed, count, telling, this.#speed);
    }
    const [refused] = judged;
    if (refused?.refused === undefined) return void connection.destroy(); // a name without an address by now
    const { target, refused: why } = refused;
    this.#refuse(connection, () => this.#refusals.target(target, why, note));
  }

  /** Waits where its account opens more connections than its share of this process's time. */
  async #turn(weight: number): Promise<void> {
    const { use, parts } = this.#shared;
    const waitMs = use.opens.take(weight);
    if (waitMs > 0) await new Promise<void>((resolve) => void parts.clock.timer(waitMs, resolve));
  }

  async #targetsOf(to: Destination, name: string | undefined): Promise<Target[]> {
    const { port } = to;
    if (name === undefined) return [{ address: addressFromBytes(to.address), port }];
    const { addresses, given } = await this.#shared.parts.names.addressesOf(name);
    return addresses.map((address) => ({ name, address, port, given }));
  }

  #refuse(connection: Duplex, tell: () => void): void {
    tell();
    connection.destroy();
  }

  #overLimit(): string | undefined {
    if (this.#open > connectionsMax) return `${connectionsMax} connections in one container`;
    return this.#shared.use.over ?? this.#shared.overAll();
  }
}
