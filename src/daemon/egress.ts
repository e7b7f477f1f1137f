import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { Logger } from 'pino';
import { Egress, type OwnService } from '../egress/egress.ts';
import { OutgoingPosts } from '../egress/outgoing-post.ts';
import { OwnAddresses } from '../egress/own-addresses.ts';
import type { FetchFor } from '../frontend/policies/keys-of-issuer.ts';
import { SystemNames } from '../egress/names/host-names.ts';
import { Authorities } from '../egress/secrets/authorities.ts';
import { SessionKeys, type HoldersNamed, type ShortKey } from '../egress/session-keys.ts';
import { PolicyBook } from '../egress/policy-book.ts';
import type { AttestedCaller } from '../model/auxiliary/caller.ts';
import { systemClock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { Caller } from '../model/invocations/caller.ts';
import type { Settings } from '../model/functions/settings.ts';
import { Auxiliaries } from '../frontend/auxiliary/auxiliaries.ts';
import type { AccountStore, Store } from '../store/contract.ts';
import type { SecretStore } from '../store/secrets/contract.ts';
import type { State } from './state.ts';

/** What leaves the instances of a service, and what of them comes back to it. */
export interface Outside {
  readonly egress: Egress;
  /** Accounts as the store has them, whose keys may also be those of code that runs. */
  withSessionKeys(store: Store): Store;
  /** Keys of code that runs are good for nothing from now on; gives how many. */
  revoke(holders: HoldersNamed): ReadonlySet<string>;
  /** A key for an hour, for code in a container that shows what it was given. */
  codeCredentials(bearer: string): ShortKey | undefined;
  /** Fetches what roles need; until `stopping` fires. */
  fetcher(stopping: AbortSignal): FetchFor;
  /** Sends what functions' events end in; until `stopping` fires. */
  poster(stopping: AbortSignal): OutgoingPosts;
  /** What is kept for it, as those see it who set it. */
  readonly toFrontend: { readonly secrets: SecretStore; readonly auxiliaries: Auxiliaries };
  /** The service can be called, and listens there. */
  listens(url: string, server: Server): void;
}

/** Why instances carry less differs by kernel, and so hardly at all. */
const reasonsMax = 16;
const limitedWords =
  'Functions reach names on their usual ports only, and no addresses given as numbers: the kernel does not lead their connections here. See: heddle doctor';
const connectionBytesMax = 393_216;
const connectionsMin = 256;

/** Throws PolicyError for a setting that is none. */
export function openEgress(
  settings: Pick<Settings, 'egress' | 'egressByAccount'>,
  { account: ownAccount, secrets: kept, book }: Pick<State, 'account' | 'secrets' | 'book'>,
  logger: Logger,
  callerOf: (fn: FunctionVersion) => Caller | undefined,
): Outside {
  const keys = new SessionKeys(() => systemClock.wall());
  const addresses = new OwnAddresses(systemClock);
  const told = new Set<string>();
  const onLimited = (reason: string): void => {
    if (told.size < reasonsMax && !told.has(reason)) logger.warn({ reason }, limitedWords);
    told.add(reason);
  };
  const callers = new WeakMap<object, AttestedCaller>();
  let place: { readonly url: string; readonly server: Server } | undefined;
  const own: OwnService = {
    get accept() {
      const server = place?.server;
      if (server === undefined) return undefined;
      return (connection: Duplex, caller: AttestedCaller | undefined) => {
        if (caller !== undefined) callers.set(connection, caller);
        server.emit('connection', connection);
      };
    },
    isOwnAddress: (address) => addresses.has(address),
    get ownPort() {
      return portOf(place?.url);
    },
  };
  const { egress: byDefault, egressByAccount: byAccount } = settings;
  const policies = new PolicyBook({ byDefault, byAccount, ownAccount });
  const names = new SystemNames(() => systemClock.now());
  const clock = systemClock;
  const secrets = { book: kept, authorities: new Authorities(clock) };
  return {
    egress: new Egress({
      clock,
      names,
      policies,
      own,
      keys,
      secrets,
      connectionsMax: connectionsMax(),
      onLimited,
      callerOf,
    }),
    fetcher: (stopping) => {
      const posts = new OutgoingPosts({ names, policies, own, stopping });
      return (account, url) => posts.fetch(account, url);
    },
    poster: (stopping) => new OutgoingPosts({ names, policies, own, stopping }),
    codeCredentials: (bearer) => keys.shortKey(bearer),
    revoke: (holders) => keys.revokeOf(holders),
    withSessionKeys: (store) => ({ ...store, accounts: accountsWith(store.accounts, keys) }),
    toFrontend: {
      secrets: kept,
      auxiliaries: new Auxiliaries({ book, callerOf: (connection) => callers.get(connection) }),
    },
    listens: (url, server) => (place = { url, server }),
  };
}

function accountsWith(accounts: AccountStore, keys: SessionKeys): AccountStore {
  return { ...accounts, key: async (accessKeyId) => keys.find(accessKeyId) ?? accounts.key(accessKeyId) };
}

function portOf(url: string | undefined): number | undefined {
  const port = url === undefined || !URL.canParse(url) ? '' : new URL(url).port;
  return port === '' ? undefined : Number(port);
}

/**
 * Half of the files that this process may have open, the other half being instances' and clients'; and with what slow ends on both sides can
 * have it keep for each, a twentieth of the machine's memory.
 */
function connectionsMax(): number {
  const [, files = '1024'] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Math.max(connectionsMin, Math.floor(Math.min(Number(files) / 2, totalmem() / 20 / connectionBytesMax)));
}
