import type { LockRow, LocksRequest, MutexRequest, SemaphoreRequest, SharedReply } from '../../api/sharing.ts';
import type { Caller } from '../lifetime/home.ts';
import type { Asker } from '../lifetime/seat.ts';
import type { Shelf } from '../lifetime/shelf.ts';
import { done, granted, grantedOrNot } from '../replies.ts';
import { Lock } from './lock.ts';
import { Mutex } from './mutex.ts';
import { Semaphore } from './semaphore.ts';

// Who may go on, and who waits until another lets go: what is asked of mutexes, semaphores and named locks. The account calls these, one for
// each request. In this room, each kind is a rule of what is compatible (`mutex.ts` and `semaphore.ts` count permits), and `grants.ts` is
// what all have in common: who has it, and who is next.
//
// Each of these does what is asked before it first awaits, so that requests take effect in the order of their calls.

export async function mutexReply(mutexes: Shelf<Mutex>, request: MutexRequest, asker: Asker): Promise<SharedReply> {
  const use = <Result>(act: (mutex: Mutex, caller: Caller) => Result): Result =>
    mutexes.use(request.name, asker, (home) => new Mutex(home), act);
  switch (request.op) {
    case 'lock':
      return granted(await use((mutex, caller) => mutex.lock(caller)));
    case 'tryLock':
      return grantedOrNot(use((mutex, caller) => mutex.tryLock(caller)));
    default: // unlock
      use((mutex, caller) => mutex.unlock(caller, request.token));
      return done;
  }
}

export async function semaphoreReply(
  semaphores: Shelf<Semaphore>,
  request: SemaphoreRequest,
  asker: Asker,
): Promise<SharedReply> {
  const { name, permits } = request;
  const use = <Result>(act: (semaphore: Semaphore, caller: Caller) => Result): Result =>
    semaphores.use(
      name,
      asker,
      (home) => new Semaphore(home, permits),
      (semaphore, caller) => {
        semaphore.checkAgreed(permits);
        return act(semaphore, caller);
      },
    );
  switch (request.op) {
    case 'acquire':
      return granted(await use((semaphore, caller) => semaphore.acquire(caller, request.n)));
    case 'tryAcquire':
      return grantedOrNot(use((semaphore, caller) => semaphore.tryAcquire(caller, request.n)));
    default: // release
      use((semaphore, caller) => semaphore.giveBack(caller, request.token));
      return done;
  }
}

export async function locksReply(
  locks: Shelf<Lock>,
  request: LocksRequest,
  asker: Asker,
  rowsMax: number,
): Promise<SharedReply> {
  if (request.op === 'query') return lockRows(locks, rowsMax);
  const use = <Result>(act: (lock: Lock, caller: Caller) => Result): Result =>
    locks.use(request.name, asker, (home) => new Lock(home), act);
  switch (request.op) {
    case 'request': {
      const { mode } = request;
      if (request.steal) return granted(use((lock, caller) => lock.steal(caller)));
      if (request.ifAvailable) return grantedOrNot(use((lock, caller) => lock.tryRequest(caller, mode)));
      return granted(await use((lock, caller) => lock.request(caller, mode)));
    }
    case 'release':
      use((lock, caller) => lock.giveBack(caller, request.token));
      return done;
    default: // ended
      await use((lock, caller) => lock.ended(caller, request.token));
      return done;
  }
}

function lockRows(locks: Shelf<Lock>, rowsMax: number): SharedReply {
  const held: LockRow[] = [];
  const pending: LockRow[] = [];
  let complete = true;
  const add = (rows: LockRow[], row: LockRow): void => {
    if (rows.length < rowsMax) rows.push(row);
    else complete = false;
  };
  for (const [name, lock] of locks) {
    for (const { holder, ask } of lock.held()) add(held, { name, mode: ask, holder });
    for (const { holder, ask } of lock.pending()) add(pending, { name, mode: ask, holder });
  }
  return { type: 'locks', held, pending, complete };
}
