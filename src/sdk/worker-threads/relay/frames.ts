import type { ResourceLimits } from 'node:worker_threads';

// What a Worker here and its real one in a container say to each other, over the port of the thread that the container runs.
// Values of user code are packed (values.ts): to the port they are bytes.

/** What the real Worker is started with: what `new Worker` was given, and what it takes over from this process. */
export interface Setup {
  /** A file by its absolute path here, a `data:` URL, or code. */
  readonly source: { readonly kind: 'file' | 'url' | 'eval'; readonly text: string };
  readonly name: string;
  readonly threadId: number;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: boolean;
  readonly trackUnmanagedFds: boolean;
  readonly resourceLimits: ResourceLimits;
  readonly workerData: Uint8Array;
  /** Keys and values of `setEnvironmentData`, packed. */
  readonly environmentData: Uint8Array;
  /** What was said before it was started. */
  readonly early: readonly HostFrame[];
}

/** A file of user code that comes after the start. `path`: absolute, here. */
export interface LateFile {
  readonly path: string;
  readonly mode: number;
  readonly data: Uint8Array;
}

/** What a Worker can be asked: methods of Node's, what `postMessageToThread` sends it, and the end of a profile that it was asked for. */
export type Method =
  | 'getHeapStatistics'
  | 'cpuUsage'
  | 'getHeapSnapshot'
  | 'startCpuProfile'
  | 'startHeapProfile'
  | 'stop-profile'
  | 'thread-message';

/** Either way: a message for a port that crossed, its end, and what was broadcast. */
export type SharedFrame =
  | { readonly type: 'port'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'port-closed'; readonly id: number }
  | { readonly type: 'broadcast'; readonly name: string; readonly bytes: Uint8Array };

/** To the container. */
export type HostFrame =
  | SharedFrame
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'stdin'; readonly data: Uint8Array | null }
  | { readonly type: 'files'; readonly files: readonly LateFile[] }
  | { readonly type: 'terminate' }
  | { readonly type: 'watch-loop' }
  | { readonly type: 'ask'; readonly seq: number; readonly method: Method; readonly bytes: Uint8Array };

/** From the container. `join`: the Worker listens to a BroadcastChannel of this name. */
export type GuestFrame =
  | SharedFrame
  | { readonly type: 'online'; readonly resourceLimits: ResourceLimits }
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'messageerror'; readonly thrown: Uint8Array }
  | { readonly type: 'error'; readonly thrown: Uint8Array }
  | { readonly type: 'stdout' | 'stderr'; readonly data: Uint8Array }
  | { readonly type: 'join'; readonly name: string }
  | { readonly type: 'loop'; readonly idle: number; readonly active: number }
  | { readonly type: 'part'; readonly seq: number; readonly data: Uint8Array | null }
  | { readonly type: 'answer'; readonly seq: number; readonly value: unknown; readonly thrown?: Uint8Array }
  | { readonly type: 'exit'; readonly code: number };

/** Whether something received can be a frame at all; the two ends are of the same build. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says which of the two it is
export function isFrame<Frame extends { readonly type: string }>(value: unknown): value is Frame {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
