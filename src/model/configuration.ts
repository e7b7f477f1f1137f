import { limits } from './limits.ts';

/** The language runtimes that instances are booted with. */
export const runtimes = ['nodejs24.x', 'nodejs22.x'] as const;
/** One of {@link runtimes}. */
export type RuntimeName = (typeof runtimes)[number];

/**
 * A predetermined kind of instance: what is loaded in it and how large it is. Instances of one configuration are
 * interchangeable until they are allocated to an account.
 */
export interface Configuration {
  readonly runtime: RuntimeName;
  /** Memory of each container, MiB. */
  readonly memoryMb: number;
  /** Containers made, runtime up and waiting for code, before the instance is handed out; kept up while it lives. */
  readonly blankContainers: number;
  /** Containers alive at the same time, blank ones included. */
  readonly containersMax: number;
}

/** The memory classes that instances come in, MiB; a function gets the smallest that holds it. */
export const memoryClassesMb: readonly number[] = [256, 512, 1_024, 2_048, 4_096, 10_240];

/** `runtime-memory`, such as `nodejs24.x-256`: names a configuration in metrics, file names and logs. */
export function configurationKey(configuration: Configuration): string {
  return `${configuration.runtime}-${configuration.memoryMb}`;
}

/** Memory of a whole instance, MiB: its containers, and what the kernel, the agent and the code cache need. */
export function instanceMemoryMb(configuration: Configuration): number {
  return 256 + configuration.memoryMb * configuration.containersMax;
}

/** The configuration that serves a function of this runtime and memory. Throws RangeError beyond the largest class. */
export function configurationFor(runtime: RuntimeName, memoryMb: number): Configuration {
  const memoryClassMb = memoryClassesMb.find((classMb) => classMb >= memoryMb);
  if (memoryClassMb === undefined)
    throw new RangeError(
      `No instance configuration holds ${memoryMb} MB; the largest is ${limits.functionMemoryMbMax} MB.`,
    );
  // Large functions share an instance with fewer others, so that an instance's memory stays within reason.
  const containersMax = memoryClassMb <= 512 ? 4 : memoryClassMb <= 2_048 ? 2 : 1;
  return { runtime, memoryMb: memoryClassMb, blankContainers: Math.min(2, containersMax), containersMax };
}
