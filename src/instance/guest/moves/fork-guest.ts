import { randomInt } from 'node:crypto';
import { CannotMoveError } from '../../../model/errors.ts';
import { newId } from '../../../model/id.ts';
import type { ContainerNetwork } from '../../../model/network.ts';
import type { Instance, SavedInstance } from '../../contract.ts';
import type { CodeSurroundings, ContainerInvocation, ForkedGuest, RuntimeAnswer } from '../../guest.ts';
import type { RelayPlace } from '../../relay/frame-reader.ts';
import type { BootedContainer, ContainerPlace } from '../booted-container.ts';
import type { BootedGuest } from '../booted-guest.ts';
import type { GuestMoves } from './guest-moves.ts';

/** How far a guest was when it was saved: what whoever goes on with a copy of it has to know. */
export interface GuestImage {
  /** What had come of the next message of its agent. */
  readonly agent: Buffer;
  readonly relay: RelayPlace;
  readonly code: ReadonlyMap<string, Promise<void>>;
  readonly freeChannels: number[];
  readonly limited: string | undefined;
  readonly containers: readonly ContainerPlace[];
  /** Channels of containers that copies are not to have. */
  readonly others: readonly number[];
}

/** What is forked. */
export interface ForkedFrom {
  readonly guest: BootedGuest;
  readonly moves: GuestMoves;
  readonly image: () => GuestImage;
  /** Makes a guest of a copy. */
  readonly copy: (instance: Instance, image: GuestImage) => BootedGuest;
}

/** How. */
export interface ForkOrder {
  readonly count: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Loaded at a time: each takes a processor. */
const atOnce = 4;

/** See `Guest.fork`: user code of the container is held, all is saved, that guest goes on, and forks are made of what was saved. */
export async function forkGuest(
  from: ForkedFrom,
  container: BootedContainer,
  { count, folder, signal }: ForkOrder,
): Promise<readonly ForkedGuest[]> {
  const { moves } = from;
  const why = moves.forks ? container.notForked : 'its driver cannot copy what runs';
  if (why !== undefined) throw new CannotMoveError(`The container ${container.id} cannot be forked: ${why}.`);
  await container.holdCode();
  let held;
  try {
    await moves.prepareFork();
    held = await moves.save(folder, signal, (saved) => ({ saved, image: from.image() }));
  } finally {
    container.release();
  }
  // It goes on already, and what it connects to waits for this.
  moves.after('fork');
  return await restoreAll(from, container, held, count, signal);
}

async function restoreAll(
  from: ForkedFrom,
  container: BootedContainer,
  held: { readonly saved: SavedInstance; readonly image: GuestImage },
  count: number,
  signal: AbortSignal,
): Promise<readonly ForkedGuest[]> {
  const made: ForkedGuest[] = [];
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let next = 1;
  const work = async (): Promise<void> => {
    while (next <= count) {
      const index = next++;
      made[index - 1] = await restoreOne(from, container, held, index, stop);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, count) }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  try {
    await Promise.all(workers);
    return made;
  } catch (error) {
    await Promise.allSettled(workers);
    // All or none.
    await Promise.all(made.map(({ guest }) => guest.destroy()));
    throw error;
  }
}

async function restoreOne(
  { copy, moves }: ForkedFrom,
  { channel, outside: { network } }: BootedContainer,
  { saved, image }: { readonly saved: SavedInstance; readonly image: GuestImage },
  index: number,
  signal: AbortSignal,
): Promise<ForkedGuest> {
  const guest = copy(await saved.restore(newId('i'), signal), image);
  const giveUp = (): void => void guest.destroy().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const container = await guest.becomeFork(channel, randomInt(1, 2 ** 31));
    await guest.killOthers(image.others);
    // Its code is held yet: what it finds first is that the connections are not its own.
    await guest.connections.part('forked');
    signal.throwIfAborted();
    moves.after('fork', guest);
    return { guest, container, goOn: goOn(container, index, network) };
  } catch (error) {
    await guest.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function goOn(container: BootedContainer, index: number, of: ContainerNetwork | undefined): ForkedGuest['goOn'] {
  function released(around: Pick<CodeSurroundings, 'network'>): void;
  function released(around: Pick<CodeSurroundings, 'network'>, invocation: ContainerInvocation): Promise<RuntimeAnswer>;
  function released(
    around: Pick<CodeSurroundings, 'network'>,
    invocation?: ContainerInvocation,
  ): Promise<RuntimeAnswer> | void {
    if (of !== undefined) around.network?.continueFrom?.(of);
    const answer = container.becomeFork(index, around, invocation);
    return answer;
  }
  return released;
}
