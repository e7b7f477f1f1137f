import type { AttestedCaller, CallerPlace } from '../model/auxiliary/caller.ts';
import type { FunctionVersion, Starter } from '../model/functions/function.ts';
import { callsFrom, type Caller } from '../model/invocations/caller.ts';
import type { CarriedConnection, Note } from '../model/network.ts';
import type { AccountUse } from './account-use.ts';
import type { EgressCount } from './counts.ts';
import type { OwnService } from './egress.ts';
import { ownName } from './name-answers.ts';
import type { Refusals } from './refusals.ts';

/** Connections of one container to the service that are open. */
const callsMax = 64;

/** What calls of a container's code to the service need. */
export interface OwnCallParts {
  readonly fn: FunctionVersion & Pick<Starter, 'tenantId'>;
  readonly own: OwnService;
  readonly use: AccountUse;
  readonly count: EgressCount;
  readonly refusals: Refusals;
  /** Who its code is to what it calls; undefined where nobody keeps account of that. */
  readonly caller: Caller | undefined;
  /** Why it may not call; undefined if it may. */
  readonly silent: string | undefined;
}

/** Connections of one container to the service itself. */
export class OwnCalls {
  readonly #parts: OwnCallParts;
  #attested: AttestedCaller | undefined;
  #open = 0;

  constructor(parts: OwnCallParts) {
    this.#parts = parts;
  }

  /** Its code runs there. */
  runsIn(place: CallerPlace): void {
    const { account, name, version, arn, tenantId } = this.#parts.fn;
    this.#attested = {
      function: { account, name, version, arn },
      ...(tenantId !== undefined && { tenantId }),
      ...place,
    };
  }

  /** Without a way through the network: as of nobody who is on this machine, for what only those may do. */
  connect(connection: CarriedConnection, note: Note): void {
    const { own, use, count, refusals, caller } = this.#parts;
    const { accept } = own;
    const silent = this.#parts.silent ?? (accept === undefined ? 'the service stops' : undefined);
    if (silent !== undefined || accept === undefined) {
      refusals.name(ownName, silent ?? '', note);
      return void connection.destroy();
    }
    this.#open += 1;
    use.calls += 1;
    connection.once('close', () => {
      this.#open -= 1;
      use.calls -= 1;
    });
    const over = this.#open > callsMax ? `${callsMax} connections of one container to the service` : use.over;
    if (over !== undefined) {
      refusals.tooMany(over, note);
      return void connection.destroy();
    }
    count.watch(connection, 'inside');
    count.targets.allowed(ownName);
    if (caller !== undefined) callsFrom(connection, caller);
    accept(connection, this.#attested);
  }
}
