// What `import … from 'heddle'` gives a program.
export { CapturedVariableError } from './sdk/code/captured-variable-error.ts';
export { CodeError } from './sdk/code/code-error.ts';
export { RemoteError, type RemoteErrorKind } from './sdk/threads/errors.ts';
export type { MapOptions } from './sdk/threads/map.ts';
export type { Retries, ThreadOptions } from './sdk/threads/options.ts';
export { remote, type Remote, type RemoteFunction, type RemoteOptions } from './sdk/threads/remote.ts';
export { scope, type Scope } from './sdk/threads/scope.ts';
export { shutdown } from './sdk/threads/service.ts';
export { spawn } from './sdk/threads/spawn.ts';
export { attach } from './sdk/threads/start-thread.ts';
export type { ThreadStart, Usage } from './sdk/threads/thread-run.ts';
export type { ThreadStatus } from './sdk/threads/thread-status.ts';
export { Thread } from './sdk/threads/thread.ts';
