import { limits } from './limits.ts';

/** The language runtimes that instances are booted with. */
export const runtimes = ['nodejs24.x', 'nodejs22.x'] as const;
/** One of {@link runtimes}. */
export type RuntimeName = (typeof runtimes)[number];

/** Sizes up to which a function's blank container is made for it: V8's own limit is given at its start, MiB. Larger ones have one kind. */
export const heapClassesMb = [128, 256] as const;

/**
 * What a blank container is made for: functions of a runtime, of at most so many MiB where that is said. Node is told how large its heap
 * may be when it starts, and not later (docs/decisions/0016): where memory is short, V8 has to know.
 */
export type BlankKind = RuntimeName | `${RuntimeName}/${(typeof heapClassesMb)[number]}`;

/** Every {@link BlankKind}. */
export const blankKinds: readonly BlankKind[] = runtimes.flatMap((runtime) => [
  ...heapClassesMb.map((mb): BlankKind => `${runtime}/${mb}`),
  runtime,
]);

/** The kind of blank container that a function needs. `bySize`: `Configuration.heapsBySize`. */
export function blankKindOf(
  { runtime, memoryMb }: { readonly runtime: RuntimeName; readonly memoryMb: number },
  bySize: boolean,
): BlankKind {
  const classMb = bySize ? heapClassesMb.find((mb) => memoryMb <= mb) : undefined;
  return classMb === undefined ? runtime : `${runtime}/${classMb}`;
}

/** What the smallest function may take that is given a blank container of this kind, MiB. */
export function leastMbOf(kind: BlankKind, bySize: boolean): number {
  const { heapMb } = partsOf(kind);
  const smaller = heapClassesMb.filter((mb) => bySize && (heapMb === undefined || mb < heapMb));
  return Math.max(limits.functionMemoryMbMin, ...smaller.map((mb) => mb + 1));
}

/** What a kind says: its runtime, and for what size V8's limit is, MiB; undefined for any. */
export function partsOf(kind: BlankKind): { readonly runtime: RuntimeName; readonly heapMb: number | undefined } {
  const runtime = runtimes.find((name) => kind === name || kind.startsWith(`${name}/`));
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
