/** The language runtimes that instances are booted with. */
export const runtimes = ['nodejs24.x', 'nodejs22.x'] as const;
/** One of {@link runtimes}. */
export type RuntimeName = (typeof runtimes)[number];

/** How many blank containers of each runtime: made, runtime up and waiting for code. */
export type Blanks = Readonly<Partial<Record<RuntimeName, number>>>;

/**
 * A predetermined kind of instance. It serves functions of every runtime and any memory: which runtime a container has is
 * decided when it is made, how much memory it may have when it is given its code. So instances of one configuration, and
 * all their blank containers of one runtime, are interchangeable until they are allocated to an account.
 */
export interface Configuration {
  /** Made before the instance is handed out. Others are made as they are needed. */
  readonly blanks: Blanks;
  /** Containers alive at the same time, blank ones included. */
  readonly containersMax: number;
  /** What its containers may be given together, MiB: an instance is no smaller than its largest function. */
  readonly memoryMb: number;
}

/** What an instance takes beside its containers' memory, MiB: kernel, agent, code cache, blank containers. */
export const instanceOverheadMb = 256;

/** `nodejs24.x*2+nodejs22.x*1-10240`: blank containers and memory; names a configuration in file names and logs. */
export function configurationKey({ blanks, memoryMb }: Configuration): string {
  const kinds = runtimes.flatMap((runtime) => ((blanks[runtime] ?? 0) > 0 ? [`${runtime}*${blanks[runtime]}`] : []));
  return `${kinds.join('+') || 'empty'}-${memoryMb}`;
}
