// What threads share, as both entries of the package give it: a program's and a thread's.
export { RevisionConflictError, SharingError } from '../../model/sharing.ts';
export { Channel } from './channel.ts';
export { Counter } from './counter.ts';
export { Dict, type Versioned } from './dict.ts';
export type { Held } from './held.ts';
export { type Lock, locks, type LockOptions } from './locks.ts';
export { Barrier, Latch } from './meeting.ts';
export { Mutex } from './mutex.ts';
export { Semaphore } from './semaphore.ts';
export { ThreadLocal } from './thread-local.ts';
export type { WaitOptions } from './ask.ts';
