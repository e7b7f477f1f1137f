import { randomBytes } from 'node:crypto';
import type { FunctionVersion, Starter } from '../model/functions/function.ts';

/** Whom a key is handed to: the function, what its code may connect to, what bounds it, the tenant for whom it runs, and which revision it is. */
export type KeyHolder = Pick<FunctionVersion, 'account' | 'egress' | 'egressWithin' | 'secrets' | 'policy'> &
  Partial<Pick<FunctionVersion, 'name' | 'role' | 'revisionId'>> &
  Pick<Starter, 'tenantId'>;

/** Whose keys are meant. */
export interface HoldersNamed {
  readonly account: string;
  readonly functionName?: string;
  readonly role?: string;
}

/** A key that is only good for calling functions of an account, and only as long as whoever has it lives. */
export interface SessionKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly account: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly holder: Starter;
  /** Aborted when it is revoked. */
  readonly ended: AbortSignal;
  /** Whether whoever has it stands still, so that nothing can be expected of him. */
  readonly standing: { still: boolean };
}

/** One that is good for a time, in the place of a container's own. */
export type ShortKey = SessionKey & { readonly goodUntil: number };

interface Entry {
  readonly key: SessionKey;
  readonly end: AbortController;
  readonly goodUntil?: number;
  /** Of a container that is given short ones: what it asks for them with, and those that it was given. */
  readonly bearer?: string;
  readonly short: ShortKey[];
}

/** How long a short key is good, and how much of that who asks for one finds left at least, ms. */
const shortMs = 3_600_000;
const leftMsMin = 1_800_000;

/**
 * Keys handed to code in containers. In memory only: none outlives the service. A container's own is good for as long as it lives. Where it has a role,
 * its SDKs are given others for an hour each, which they ask for anew by themselves (`AWS_CONTAINER_CREDENTIALS_FULL_URI`).
 */
export class SessionKeys {
  readonly #keys = new Map<string, Entry>();
  readonly #bearers = new Map<string, Entry>();
  readonly #wall: () => number;

  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  issue(holder: KeyHolder, wallMs: number): SessionKey {
    const { account, name, role, revisionId, egress, egressWithin, secrets, policy, tenantId } = holder;
    const bytes = randomBytes(60);
    const end = new AbortController();
    const key = {
      // As AWS begins those of sessions.
      accessKeyId: `ASIA${bytes.subarray(0, 10).toString('hex').toUpperCase().slice(0, 16)}`,
      secretAccessKey: bytes.subarray(10, 40).toString('base64'),
      sessionToken: bytes.subarray(40).toString('base64'),
      account,
      createdAt: wallMs,
      holder: {
        ...(name !== undefined && revisionId !== undefined && { program: `${name}@${revisionId}` }),
        ...(egress !== undefined && { egress }),
        ...(egressWithin !== undefined && { egressWithin }),
        ...(secrets !== undefined && { secrets }),
        ...(tenantId !== undefined && { tenantId }),
        ...(policy !== undefined && { policy }),
        ...(name !== undefined && { principal: { role: role?.split('/').at(-1) || 'heddle', session: name } }),
      },
      ended: end.signal,
      standing: { still: false },
    };
    this.#keys.set(key.accessKeyId, { key, end, short: [] });
    return key;
  }

  /** What a container with this key asks for short ones with; nobody else knows it. */
  bearerOf({ accessKeyId }: SessionKey): string {
    const entry = this.#keys.get(accessKeyId);
    if (entry === undefined) throw new Error('The key of a container that has ended can be asked for nothing.');
    const bearer = entry.bearer ?? randomBytes(32).toString('base64url');
    const known = { ...entry, bearer };
    this.#keys.set(accessKeyId, known);
    this.#bearers.set(bearer, known);
    return bearer;
  }

  /** A short key for who shows this: the same again while enough of its time is left. Undefined for what nobody was given. */
  shortKey(bearer: string): ShortKey | undefined {
    const entry = this.#bearers.get(bearer);
    if (entry === undefined) return undefined;
    const now = this.#wall();
    const last = entry.short.at(-1);
    if (last !== undefined && last.goodUntil - now > leftMsMin) return last;
    const { account, holder } = entry.key;
    const issued = this.issue({ account }, now);
    const key = { ...issued, holder, goodUntil: now + shortMs, ended: entry.end.signal };
    this.#keys.set(key.accessKeyId, { key, end: entry.end, goodUntil: key.goodUntil, short: [] });
    entry.short.push(key);
    while ((entry.short[0]?.goodUntil ?? Infinity) <= now) this.#forget(entry.short.shift());
    return key;
  }

  find(accessKeyId: string): SessionKey | undefined {
    const entry = this.#keys.get(accessKeyId);
    return entry?.goodUntil === undefined || entry.goodUntil > this.#wall() ? entry?.key : undefined;
  }

  /** Those that containers of a function have, or of all that have a role: they are good for nothing from now on. Gives whose they were. */
  revokeOf({ account, functionName, role }: HoldersNamed): ReadonlySet<string> {
    const meant = [...this.#keys.values()].filter(
      ({ key }) =>
        key.account === account &&
        (functionName === undefined || key.holder.principal?.session === functionName) &&
        (role === undefined || key.holder.principal?.role === role),
    );
    for (const { key } of meant) this.revoke(key);
    return new Set(meant.flatMap(({ key }) => key.holder.principal?.session ?? []));
  }

  revoke({ accessKeyId }: SessionKey): void {
    const entry = this.#keys.get(accessKeyId);
    entry?.end.abort();
    for (const short of entry?.short ?? []) this.#forget(short);
    if (entry?.bearer !== undefined) this.#bearers.delete(entry.bearer);
    this.#keys.delete(accessKeyId);
  }

  #forget(key: ShortKey | undefined): void {
    if (key !== undefined) this.#keys.delete(key.accessKeyId);
  }
}
