import { load } from './load.js';

// The names of src/index.ts, one by one: what is loaded on demand cannot be exported with `*`.
export const {
  Barrier,
  CapturedVariableError,
  Channel,
  CodeError,
  Counter,
  Dict,
  Latch,
  Mutex,
  Pool,
  RemoteError,
  RevisionConflictError,
  Semaphore,
  SharingError,
  Thread,
  ThreadLocal,
  attach,
  connect,
  locks,
  remote,
  scope,
  shutdown,
  spawn,
  thread,
} = load('index');
