import { randomBytes } from 'node:crypto';
import type { KV, KvEntry } from '@nats-io/kv';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import type { HostId, HostRecord, Membership } from '../contract.ts';
import { openBucket } from '../nats/buckets.ts';
import type { NatsLink } from '../nats/connection.ts';
import { untilAnswered } from '../nats/streams.ts';
import { BucketWatch } from '../nats/watch-bucket.ts';
import { protocolVersions } from '../protocol-version.ts';
import type { Beat } from './beat.ts';
import { Beats } from './beats.ts';
import { KnownHosts, speaks } from './known-hosts.ts';
import { answerWhoIsHere, refuseSecond } from './one-process.ts';
import { MissedRecords } from './missed-records.ts';
import { refuseNamesake } from './namesake.ts';
import { OwnBeats } from './own-beats.ts';
import { OwnRecord, secondHost } from './own-record.ts';
import { RecordWriter } from './record-writer.ts';
import { refuseRemoved, removedBy, removedError } from './removed.ts';
import { decodeRecord } from './stored-record.ts';
import { Strangers } from './strangers.ts';
import { lookMs } from './times.ts';
import { WhoIsHeard } from './who-is-heard.ts';

/** What a membership is opened with. */
export interface MembershipOptions {
  readonly link: NatsLink;
  readonly replicas: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly id: HostId;
  readonly name: string;
  readonly release: string;
  /** Another process has this host's id, and is the host now: nothing may be done any more. */
  readonly onDisplaced: (error: Error) => void;
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

/** What of a host's record is only known when it listens. */
export type HostPlaces = Pick<HostRecord, 'peer' | 'certificate' | 'url'>;

/** This host's part in who is there: it hears others from its opening on, and is there for them once it is announced. */
export class ClusterMembership implements Membership, AsyncDisposable {
  readonly #options: MembershipOptions;
  readonly #process = randomBytes(8).toString('hex');
  readonly #heard: WhoIsHeard;
  readonly #known = new KnownHosts();
  readonly #own = new OwnRecord(this.#process);
  readonly #stack = new DisposableStack();
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #beats: Beats;
  readonly #ownBeats: OwnBeats;
  readonly #strangers: Strangers;
  readonly #missed = new MissedRecords();
  readonly #writer: RecordWriter;
  #nextLook: Timer | undefined;
  #self: HostRecord;

  /** Throws where another process answers by this host's id, and HostRemovedError where that is gone for good. */
  static async open(options: MembershipOptions): Promise<ClusterMembership> {
    const { link, replicas, signal } = options;
    const bucket = await openBucket(link, 'heddle-hosts', { replicas }, signal);
    const membership = new ClusterMembership(options, bucket);
    try {
      await untilAnswered(() => refuseRemoved(bucket, options), signal);
      await refuseSecond(link, options.id);
      membership.#stack.use(answerWhoIsHere(link, options.id, membership.#process));
      return membership;
    } catch (error) {
      await membership[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: MembershipOptions, bucket: KV) {
    const { link, clock, id, name, release } = options;
    this.#options = options;
    this.#heard = new WhoIsHeard(clock.now());
    this.#strangers = new Strangers(options.logger);
    this.#writer = new RecordWriter(bucket, this.#process, this.#own, this.#closing.signal);
    const places = { peer: { host: '', port: 0 }, certificate: '', url: '' };
    this.#self = { id, name, release, ...places, protocol: protocolVersions, startedAt: clock.wall() };
    this.#beats = this.#stack.use(new Beats(link, id, this.#process, (from, beat) => this.#hear(from, beat)));
    this.#ownBeats = new OwnBeats(this.#beats, () => this.#own.revision, clock, options.logger);
    this.#stack.use(new BucketWatch(link, bucket, (entry) => this.#note(entry), this.#report));
    this.#look();
  }

  get self(): HostRecord {
    return this.#self;
  }

  alive(): readonly HostRecord[] {
    return this.#known.alive(this.#self, (id, process) => this.#heard.processOf(id) === process);
  }

  all(): readonly HostRecord[] {
    return this.#known.all(this.#self);
  }

  find(id: HostId): HostRecord | undefined {
    return id === this.#self.id ? this.#self : this.#known.find(id)?.record;
  }

  hasEnded(id: HostId): boolean {
    return this.#known.isLast(id, this.#heard.endedProcessOf(id));
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Says where this host is, and from then on that it is there. Throws where another one that is heard has its name. */
  async announce(places: HostPlaces): Promise<void> {
    if (!this.#ownBeats.begun) refuseNamesake(this.#self, this.alive());
    await this.#write({ ...this.#self, ...places });
    if (this.#ownBeats.begun) return;
    this.#ownBeats.begin();
    this.#stopWhereDisplaced();
  }

  async setDraining(draining: boolean): Promise<void> {
    const { draining: _, ...rest } = this.#self;
    await this.#write(draining ? { ...rest, draining } : rest);
  }

  /** Forgets a host for good: a process with its id is none of the cluster's. */
  async forget(id: HostId): Promise<void> {
    await this.#writer.remove(id, { left: id === this.#self.id, at: this.#options.clock.wall() });
  }

  /** Goes for good. It is told so as a host is that was removed, and stops. */
  async leave(): Promise<void> {
    this.#writer.isNone();
    this.#ownBeats.end();
    await this.forget(this.#self.id);
  }

  /** Says that it is there now, beside the beats that are due: what is carried should be heard at once. */
  beatNow(): void {
    this.#ownBeats.now();
  }

  /** Has each beat carry what `take` gives, where it gives something; 16 KiB at most are right for all rooms together. */
  carry(part: string, take: () => Uint8Array | undefined): void {
    this.#beats.carry(part, take);
  }

  /** Tells what beats of others carry. One listener for each part. */
  onPart(part: string, listener: (from: HostId, data: Uint8Array) => void): void {
    this.#beats.onPart(part, listener);
  }

  /** Says that it goes; its record stays, as it may come back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ownBeats.end();
    this.#closing.abort();
    this.#ownBeats[Symbol.dispose]();
    this.#nextLook?.[Symbol.dispose]();
    this.#stack.dispose();
    this.#listeners.clear();
    await this.#writer.settled();
  }

  async #write(record: HostRecord): Promise<void> {
    this.#self = record;
    this.#changed();
    await this.#writer.write(record);
  }

  #hear(from: HostId, beat: Beat): boolean {
    if (!speaks(beat)) {
      this.#strangers.note(from, this.find(from)?.name, beat);
      return false;
    }
    const now = this.#options.clock.now();
    if (beat.gone ? this.#heard.gone(from, beat.process) : this.#heard.beat(from, beat.process, now)) this.#changed();
    if (!beat.gone && this.#missed.isDue(from, this.#known.recordOf(from), beat, now)) this.#read(from);
    return true;
  }

  /** What was watched was lost on the way. */
  #read(id: HostId): void {
    const note = (entry?: KvEntry): void => void (entry && !this.#closing.signal.aborted && this.#note(entry));
    this.#writer.read(id).then(note).catch(this.#report);
  }

  #note({ key, operation, value, revision }: KvEntry): void {
    const removed = removedBy(key);
    if (removed !== undefined)
      return removed === this.#self.id ? this.#stop(removedError(this.#self, value)) : undefined;
    if (operation !== 'PUT') return void (this.#known.forget(key) && this.#changed());
    const stored = decodeRecord(value, key);
    if (key === this.#self.id) {
      this.#own.saw(stored, revision);
      return this.#stopWhereDisplaced();
    }
    if (this.#known.note(key, stored, revision)) this.#changed();
  }

  #stopWhereDisplaced(): void {
    const rival = this.#own.rival;
    if (this.#ownBeats.begun && rival !== undefined) this.#stop(secondHost(rival));
  }

  #stop(why: Error): void {
    this.#writer.isNone();
    this.#ownBeats.end();
    this.#options.onDisplaced(why);
  }

  #look(): void {
    const silent = this.#heard.look(this.#options.clock.now(), lookMs, !this.#options.link.up);
    if (silent.length > 0) this.#changed();
    this.#nextLook = this.#options.clock.timer(lookMs, () => this.#look());
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  readonly #report = (err: unknown): void =>
    this.#options.logger.warn({ err }, 'Who belongs to the cluster could not be watched; trying again.');
}
