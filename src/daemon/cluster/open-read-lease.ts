import type { HostId, LogPosition, Membership, Peers } from '../../cluster/contract.ts';
import { fieldsOf, textIn, wrong } from '../../cluster/fields.ts';
import { ReadLease } from '../../cluster/state/read-lease/read-lease.ts';
import { Readers } from '../../cluster/state/read-lease/readers.ts';
import { systemClock } from '../../model/clock.ts';

/** What other hosts are asked: where one is in the log of the state, and whether it is at a position. */
const [positionMethod, reachedMethod] = ['state.position', 'state.reached'];

/** What is needed of the cluster. */
export interface ReadLeaseSurroundings {
  readonly membership: Pick<Membership, 'alive' | 'all' | 'hasEnded' | 'onChange' | 'self'>;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  /** Has most servers carry out a write. */
  readonly prove: () => Promise<void>;
}

/** The state, once it is open. */
export interface ReadState {
  readonly position: () => LogPosition;
  /** Where the log ends. */
  readonly tail: () => Promise<LogPosition>;
  /** Resolves when this host has what the log has up to a position, and what follows from it is done here. */
  readonly reached: (position: LogPosition) => Promise<void>;
}

/** What comes of it. */
export interface OpenedReadLease {
  readonly readers: Readers;
  readonly lease: ReadLease;
}

/** Whether this host may answer from its state, and whether others answer from before what it has changed. Asks nothing of `state` before it is open, and answers others when it is. */
export function openReadLease(
  { membership, peers, prove }: ReadLeaseSurroundings,
  state: () => ReadState,
  undo: AsyncDisposableStack,
): OpenedReadLease {
  const base = { clock: systemClock, hosts: membership };
  const readers = undo.use(
    new Readers({
      ...base,
      steadySince: () => lease.steadySince,
      position: () => state().position(),
      reachedBy: async (host, position, signal) => {
        await asked(peers.call(host, reachedMethod, { position: String(position) }, signal));
      },
    }),
  );
  const lease = undo.use(
    new ReadLease({
      ...base,
      prove: async () => {
        await prove();
        return await state().tail();
      },
      reached: async (position) => await state().reached(position),
      positionOf: async (host, signal) => positionIn(await asked(peers.call(host, positionMethod, {}, signal))),
    }),
  );
  peers.serve(positionMethod, async (_body, from: HostId) => {
    readers.asked(from);
    return { position: String(state().position()) };
  });
  peers.serve(reachedMethod, async (body) => {
    await state().reached(positionIn(body));
    return {};
  });
  return { readers, lease };
}

/** A host of a release before this knows no such question: it is not waited for, as it never was. */
async function asked(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NO_SUCH_METHOD') return { position: '0' };
    throw error;
  }
}

function positionIn(body: unknown): LogPosition {
  const text = textIn(fieldsOf(body), 'position');
  if (!/^\d{1,20}$/.test(text)) throw wrong('position', 'a whole number from 0 on', text);
  return BigInt(text);
}
