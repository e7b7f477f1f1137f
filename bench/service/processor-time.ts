import { processesOf } from './processes.ts';

/** Processor time that a service took, milliseconds. Other load on the machine does not blur it. */
export interface ProcessorTime {
  /** The service's own processes. */
  readonly serviceMs: number;
  /** Everything that belongs to its instances. */
  readonly instancesMs: number;
  /** What of both was spent in the kernel. */
  readonly kernelMs: number;
}

/** What a service has taken since it started. */
export async function processorTime(service: { readonly pid: number; readonly home: string }): Promise<ProcessorTime> {
  let [serviceMs, instancesMs, kernelMs] = [0, 0, 0];
  for (const one of await processesOf(service)) {
    if (one.instance === undefined) serviceMs += one.userMs + one.kernelMs;
    else instancesMs += one.userMs + one.kernelMs;
    kernelMs += one.kernelMs;
  }
  return { serviceMs, instancesMs, kernelMs };
}

/** The time from one reading to a later one, divided by `count` and in microseconds: what each of `count` requests took. */
export function perRequestUs(before: ProcessorTime, after: ProcessorTime, count: number): Record<string, number> {
  const each = (part: keyof ProcessorTime): number => (Math.max(0, after[part] - before[part]) * 1_000) / count;
  return {
    all: each('serviceMs') + each('instancesMs'),
    service: each('serviceMs'),
    instances: each('instancesMs'),
    kernel: each('kernelMs'),
  };
}
