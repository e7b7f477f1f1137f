import { provideConnection } from './sdk/threads/connection.ts';
import { openService } from './sdk/platform/service.ts';

// What `import … from 'heddle'` gives a program.
export { RevisionConflictError, SharingError } from './model/sharing.ts';
export type { WaitOptions } from './sdk/sharing/ask.ts';
export { Channel } from './sdk/sharing/channel.ts';
export { Counter } from './sdk/sharing/counter.ts';
export { Dict, type Versioned } from './sdk/sharing/dict.ts';
export type { Held } from './sdk/sharing/held.ts';
export { type Lock, locks, type LockOptions } from './sdk/sharing/locks.ts';
export { Barrier, Latch } from './sdk/sharing/meeting.ts';
export { Mutex } from './sdk/sharing/mutex.ts';
export { Semaphore } from './sdk/sharing/semaphore.ts';
export { ThreadLocal } from './sdk/sharing/thread-local.ts';
export { CapturedVariableError } from './sdk/code/captured-variable-error.ts';
export { CodeError } from './sdk/code/code-error.ts';
export { RemoteError, type RemoteErrorKind } from './sdk/threads/errors.ts';
export { thread, type InsideThread } from './sdk/threads/outside.ts';
export type { MapOptions } from './sdk/threads/map.ts';
export type { Retries, ThreadOptions } from './sdk/threads/options.ts';
export { Pool } from './sdk/threads/pool.ts';
export { remote, type RemoteOptions } from './sdk/threads/remote.ts';
export type { Remote, RemoteFunction } from './sdk/threads/remote-module.ts';
export { scope, type Scope } from './sdk/threads/scope.ts';
export { connect, type ServiceAddress } from './sdk/threads/connect.ts';
export { shutdown } from './sdk/threads/connection.ts';
export { spawn } from './sdk/threads/spawn.ts';
export { attach } from './sdk/threads/start-thread.ts';
export type { ThreadStart, Usage } from './sdk/threads/thread-run.ts';
export type { ThreadStatus } from './sdk/threads/thread-status.ts';
export { Thread } from './sdk/threads/thread.ts';
export type { PoolOptions } from './sdk/threads/thread-pool.ts';

provideConnection(openService);
