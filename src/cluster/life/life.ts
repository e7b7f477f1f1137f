import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import {
  ClusterUnavailableError,
  PeerLostError,
  type ClusterLife,
  type DrainState,
  type HostId,
  type HostRecord,
  type Membership,
  type Peers,
} from '../contract.ts';
import { within } from '../within.ts';
import { findHost } from './find-host.ts';
import { readDrainRequest, readDrainState } from './wire.ts';

/** Something that a host has and gives up when it is drained. */
export interface Work {
  /** In the plural. */
  readonly what: string;
  count(): number;
}

/** What the life of hosts is made with. */
export interface LifeOptions {
  readonly membership: Membership & { forget(id: HostId): Promise<void>; leave(): Promise<void> };
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  /** Of this host. It is empty when all are 0. */
  readonly work: readonly Work[];
  readonly clock: Pick<Clock, 'timer'>;
}

const methods = { drain: 'life.drain', state: 'life.drain-state' } as const;
/** A host that does not answer a few words for so long is told another time, ms. */
const answerMsMax = 10_000;
/** So long is waited until a record is written: elections take from 4 to 9 s. Less than who asks waits, ms. */
export const writeMsMax = 9_000;

/** Serves other hosts' requests about this one, and carries out those of the operator. What follows from a host that drains is the others' to do: it is in its record. */
export function openLife({ membership, peers, work, clock }: LifeOptions): ClusterLife {
  const { self } = membership; // its id and name never change
  const own = (draining = membership.self.draining === true): DrainState => ({
    id: self.id,
    name: self.name,
    draining,
    left: work.map((each) => ({ what: each.what, count: each.count() })),
  });
  const drainHere = async (draining: boolean): Promise<DrainState> => {
    await written(membership.setDraining(draining), clock);
    return own(draining);
  };
  peers.serve(methods.drain, async (body) => await drainHere(readDrainRequest(body).draining));
  peers.serve(methods.state, async () => own());
  const ask = async (host: HostRecord, method: string, body: object): Promise<DrainState> => {
    if (!isAlive(membership, host.id)) throw silent(host.name);
    try {
      return readDrainState(await peers.call(host.id, method, body, AbortSignal.timeout(answerMsMax)));
    } catch (cause) {
      if (!isUnanswered(cause)) throw cause;
      throw new ClusterUnavailableError(`${host.name} did not answer. It is heard still, so try again in a moment.`, {
        cause,
      });
    }
  };
  const find = (named: string): HostRecord => findHost(membership.all(), self, named);
  return {
    drain: async (named, draining) => {
      const host = find(named);
      return host.id === self.id ? await drainHere(draining) : await ask(host, methods.drain, { draining });
    },
    drainState: async (named) => {
      const host = find(named);
      return host.id === self.id ? own() : await ask(host, methods.state, {});
    },
    remove: async (named) => {
      const { id, name } = find(named);
      if (isAlive(membership, id)) throw stillThere(name);
      await written(membership.forget(id), clock);
      return { id, name };
    },
    leave: async () => {
      const state = own();
      const left = state.left.filter(({ count }) => count > 0);
      if (!state.draining || left.length > 0) throw notEmpty(state, left);
      await membership.leave();
      return { id: self.id, name: self.name };
    },
  };
}

/** Throws where nobody can write it now. It goes on being tried: what was asked for is done then. */
async function written(writing: Promise<void>, clock: Pick<Clock, 'timer'>): Promise<void> {
  if (await within(writing, writeMsMax, clock)) return;
  throw new ClusterUnavailableError(
    `The cluster's NATS servers did not answer within ${writeMsMax / 1_000} s, so the others do not know of it yet. It is tried until they do: look at \`heddle cluster ps\` when most servers are there again.`,
  );
}

function isAlive(membership: Membership, id: HostId): boolean {
  return membership.alive().some((host) => host.id === id);
}

/** It was lost while it was asked, or took too long. */
function isUnanswered(error: unknown): boolean {
  return error instanceof PeerLostError || (error instanceof DOMException && error.name === 'TimeoutError');
}

function silent(name: string): ApiError {
  return new ApiError(
    'ResourceConflictException',
    `${name} is not heard, so there is nothing to drain: others have taken over what it had. Start it again, or where it is gone for good, forget it: \`heddle cluster remove ${name}\`.`,
  );
}

function notEmpty({ name, draining }: DrainState, left: DrainState['left']): ApiError {
  const has = left.map(({ what, count }) => `${count} ${what}`).join(', ');
  const why = draining ? `has ${has}` : 'takes work';
  return new ApiError('ResourceConflictException', `${name} ${why}: a host leaves when it was drained and is empty.`);
}

function stillThere(name: string): ApiError {
  return new ApiError(
    'ResourceConflictException',
    `${name} is heard, and so it is no dead host. Drain it and stop its service first; it is silent three seconds later.`,
  );
}
