import { limits } from '../limits.ts';

/** Runtimes of Node: those that threads have, too. */
export const nodeRuntimes = ['nodejs24.x', 'nodejs22.x'] as const;
/** One of {@link nodeRuntimes}. */
export type PreparedNode = (typeof nodeRuntimes)[number];
/** Runtimes of Python; each name ends with the version. */
export const pythonRuntimes = ['python3.11', 'python3.13'] as const;
/** One of {@link pythonRuntimes}. */
export type PythonRuntimeName = (typeof pythonRuntimes)[number];
/** Runtimes that are only an operating system: the function brings its own program. One is as good as another. */
export const providedRuntimes = ['provided.al2023', 'provided'] as const;
/** One of {@link providedRuntimes}. */
export type ProvidedRuntimeName = (typeof providedRuntimes)[number];
/** The language runtimes that instances are booted with. */
export const runtimes: readonly [...typeof nodeRuntimes, ...typeof pythonRuntimes, ...typeof providedRuntimes] = [
  ...nodeRuntimes,
  ...pythonRuntimes,
  ...providedRuntimes,
];
/** One of {@link runtimes}. */
export type PreparedRuntime = (typeof runtimes)[number];
/** Runtimes that AWS has ended, and people still have: for functions, by a Node that is fetched when one asks for it. */
export const endedRuntimes = ['nodejs20.x', 'nodejs18.x'] as const;
/** One of {@link endedRuntimes}. */
export type EndedRuntime = (typeof endedRuntimes)[number];
/** What a function may ask for. */
export type RuntimeName = PreparedRuntime | EndedRuntime;
/** Every {@link RuntimeName}. */
export const allRuntimes: readonly RuntimeName[] = [...runtimes, ...endedRuntimes];

/** Every runtime of Node. */
export type NodeRuntimeName = PreparedNode | EndedRuntime;

/** Whether AWS has ended it. */
export function isEnded(runtime: RuntimeName): runtime is EndedRuntime {
  return endedRuntimes.some((ended) => ended === runtime);
}

/** Whether a runtime is one of Python. */
export function isPython(runtime: RuntimeName): runtime is PythonRuntimeName {
  return pythonRuntimes.some((name) => name === runtime);
}

/** Whether a runtime is one for functions that bring their own program. */
export function isProvided(runtime: string): runtime is ProvidedRuntimeName {
  return providedRuntimes.some((name) => name === runtime);
}

/** Whether a runtime is one of Node: those have to know when they start how much memory there will be. */
export function isNode(runtime: RuntimeName): runtime is NodeRuntimeName {
  return isEnded(runtime) || nodeRuntimes.some((name) => name === runtime);
}

/** Sizes up to which a function's blank container is made for it: V8's own limit is given at its start, MiB. Larger ones have one kind. */
export const heapClassesMb = [128, 256] as const;

/**
 * What a blank container is made for: functions of a runtime, of at most so many MiB where that is said. Node is told how large its heap
 * may be when it starts, and not later (docs/decisions/0016): where memory is short, V8 has to know. Others have no such limit.
 */
export type BlankKind = RuntimeName | `${NodeRuntimeName}/${(typeof heapClassesMb)[number]}`;

/** Every {@link BlankKind}. */
export const blankKinds: readonly BlankKind[] = allRuntimes.flatMap((runtime) =>
  isNode(runtime) ? [...heapClassesMb.map((mb): BlankKind => `${runtime}/${mb}`), runtime] : [runtime],
);

/** The kind of blank container that a function needs. `bySize`: `Configuration.heapsBySize`. */
export function blankKindOf(
  { runtime, memoryMb }: { readonly runtime: RuntimeName; readonly memoryMb: number },
  bySize: boolean,
): BlankKind {
  if (!isNode(runtime)) return runtime;
  const classMb = bySize ? heapClassesMb.find((mb) => memoryMb <= mb) : undefined;
  return classMb === undefined ? runtime : `${runtime}/${classMb}`;
}

/** What the smallest function may take that is given a blank container of this kind, MiB. */
export function leastMbOf(kind: BlankKind, bySize: boolean): number {
  const { runtime, heapMb } = partsOf(kind);
  const bounded = bySize && isNode(runtime);
  const smaller = heapClassesMb.filter((mb) => bounded && (heapMb === undefined || mb < heapMb));
  return Math.max(limits.functionMemoryMbMin, ...smaller.map((mb) => mb + 1));
}

/** What a kind says: its runtime, and for what size V8's limit is, MiB; undefined for any. */
export function partsOf(kind: BlankKind): { readonly runtime: RuntimeName; readonly heapMb: number | undefined } {
  const runtime = allRuntimes.find((name) => kind === name || kind.startsWith(`${name}/`));
  if (runtime === undefined) throw new Error(`There is no kind of blank container called ${kind}.`);
  return { runtime, heapMb: kind === runtime ? undefined : Number(kind.slice(runtime.length + 1)) };
}

/** How many blank containers of each kind: made, runtime up and waiting for code. */
export type Blanks = Readonly<Partial<Record<BlankKind, number>>>;

/**
 * A predetermined kind of instance. It serves functions of every runtime and any memory: which runtime a container has is
 * decided when it is made, how much memory it may have when it is given its code. So instances of one configuration, and
 * all their blank containers of one kind, are interchangeable until they are allocated to an account.
 */
export interface Configuration {
  /** Made before the instance is handed out. Others are made as they are needed. */
  readonly blanks: Blanks;
  /** Containers alive at the same time, blank ones included. */
  readonly containersMax: number;
  /** What its containers may be given together, MiB: an instance is no smaller than its largest function. */
  readonly memoryMb: number;
  /** Whether small functions have blank containers of their own kinds; else those of their runtime serve all sizes. */
  readonly heapsBySize: boolean;
}

/** What an instance takes beside its containers' memory, MiB: kernel, agent, code cache, blank containers. */
export const instanceOverheadMb = 256;

/** `nodejs24.x*2+nodejs22.x*1-10240`: blank containers and memory; names a configuration in file names and logs. */
export function configurationKey({ blanks, memoryMb }: Configuration): string {
  const kinds = blankKinds.flatMap((kind) =>
    (blanks[kind] ?? 0) > 0 ? [`${kind.replace('/', '-')}*${blanks[kind]}`] : [],
  );
  return `${kinds.join('+') || 'empty'}-${memoryMb}`;
}
