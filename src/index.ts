import { provideConnection } from './sdk/threads/session/connection.ts';
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
export { thread, type InsideThread } from './sdk/threads/inside/outside.ts';
export type { MapOptions } from './sdk/threads/modules/map.ts';
export type { Retries, ThreadOptions } from './sdk/threads/options.ts';
export { Pool } from './sdk/threads/pool/pool.ts';
export { remote, type RemoteOptions } from './sdk/threads/modules/remote.ts';
export type { Remote, RemoteFunction } from './sdk/threads/modules/remote-module.ts';
export { scope, type Scope } from './sdk/threads/scope.ts';
export { connect, type ServiceAddress } from './sdk/threads/session/connect.ts';
export { shutdown } from './sdk/threads/session/connection.ts';
export { spawn } from './sdk/threads/spawn.ts';
export { attach } from './sdk/threads/thread/start-thread.ts';
export type { ThreadStart, Usage } from './sdk/threads/thread/thread-run.ts';
export type { ThreadStatus } from './sdk/threads/thread/thread-status.ts';
export { Thread } from './sdk/threads/thread/thread.ts';
export type { PoolOptions } from './sdk/threads/pool/thread-pool.ts';

provideConnection(openService);
