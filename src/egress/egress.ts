import type { AttestedCaller } from '../model/auxiliary/caller.ts';
import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { Caller } from '../model/invocations/caller.ts';
import type { ContainerNetwork } from '../model/network.ts';
import type { Duplex } from 'node:stream';
import { AccountUse } from './account-use.ts';
import { ContainerEgress } from './container-egress.ts';
import { Counts } from './counts.ts';
import type { HostNames } from './names/host-names.ts';
import type { Surroundings } from './policy/decide.ts';
import type { SecretParts } from './secrets/container-secrets.ts';
import { Passage } from './secrets/passage.ts';
import type { SessionKeys } from './session-keys.ts';
import type { PolicyBook } from './policy-book.ts';

/** What the service itself is to those inside. */
export interface OwnService extends Surroundings {
  /** Takes a connection as if somebody had made it; undefined before there is anything to call. */
  readonly accept: ((connection: Duplex, caller: AttestedCaller | undefined) => void) | undefined;
}

/** What all containers have in common. */
export interface EgressParts {
  readonly clock: Clock;
  readonly names: HostNames;
  readonly policies: PolicyBook;
  readonly own: OwnService;
  readonly keys: SessionKeys;
  /** Of functions that use secrets. */
  readonly secrets: SecretParts;
  /** An instance carries only a part of what is connected to: why, in words. Called again and again. */
  readonly onLimited: (reason: string) => void;
  /** Makes one who keeps account of what a container's code calls. */
  readonly callerOf?: (fn: FunctionVersion) => Caller | undefined;
  /** Connections of all containers that may be open at a time. */
  readonly connectionsMax: number;
}

/**
 * What leaves an instance. Code in a container has no network, but names: its relay asks here for each name and each connection, and the
 * policy of its function decides. The service resolves, connects and counts.
 *
 * In this room, `policy/` says what is allowed (pure); `policy-book.ts`, which policy is whose; `names/` finds addresses, and
 * gives containers others that stand for names; `container-egress.ts` connects one container, `name-answers.ts` answers it; `carry.ts` carries, or where a function uses secrets, `secrets/passage.ts`;
 * `session-keys.ts` are what code calls the service with; `counts.ts` counts. The other end, in an instance: `src/agent/relay`, and between them `src/instance/relay`.
 */
export class Egress {
  readonly counts: Counts;
  readonly #parts: EgressParts;
  readonly #uses = new Map<string, AccountUse>();
  /** Made for the first connection that may need a secret. */
  #passage: Passage | undefined;

  constructor(parts: EgressParts) {
    this.#parts = parts;
    this.counts = new Counts(parts.clock);
  }

  /** What a container that is given a function's code finds outside. `tenantId`: for whom alone it will run. */
  networkFor(fn: FunctionVersion, tenantId?: string): ContainerNetwork {
    const use = this.#uses.get(fn.account) ?? new AccountUse(this.#parts.clock);
    this.#uses.set(fn.account, use);
    const count = this.counts.of(fn.account, fn.name);
    const holder = { ...fn, ...(tenantId !== undefined && { tenantId }) };
    const passage = (): Passage => (this.#passage ??= new Passage());
    return new ContainerEgress(holder, { parts: this.#parts, count, use, passage, overAll: () => this.#overAll() });
  }

  #overAll(): string | undefined {
    const { connectionsMax } = this.#parts;
    const open = [...this.#uses.values()].reduce((sum, use) => sum + use.open, 0);
    return open > connectionsMax ? `${connectionsMax} connections of all functions here` : undefined;
  }
}
