// What a container sees of its machine: what its function's configuration gives it, and not what the host has.

/** AWS Lambda gives one processor for so much memory, and shows two at least, MiB. */
const memoryMbPerProcessor = 1_769;
const processorsMin = 2;

/** How many processors a function of this size sees, where the machine has so many. */
export function visibleProcessors(memoryMb: number, present: number): number {
  return Math.min(present, Math.max(processorsMin, Math.ceil(memoryMb / memoryMbPerProcessor)));
}

/** Node and our runtime, at rest: what is not free of a container's memory from the start, MiB. */
const atRestMb = 24;

/**
 * `/proc/meminfo` of a container of which so many bytes are taken (Linux: proc_meminfo(5)). Always of the same length: it is written over
 * what is there, while others may read it.
 */
export function meminfo(memoryMb: number, takenBytes: number = atRestMb * 1_048_576): string {
  const totalKib = memoryMb * 1_024;
  const freeKib = Math.max(0, totalKib - Math.ceil(takenBytes / 1_024));
  const lines: readonly (readonly [name: string, kib: number])[] = [
    ['MemTotal', totalKib],
    ['MemFree', freeKib],
    ['MemAvailable', freeKib],
    ...['Buffers', 'Cached', 'SwapCached', 'Active', 'Inactive', 'SwapTotal', 'SwapFree'].map(
      (name) => [name, 0] as const,
    ),
  ];
  return lines.map(([name, kib]) => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`).join('');
}

/** The first processors of a `/proc/cpuinfo`. */
export function cpuinfo(whole: string, processors: number): string {
  const sections = whole.split('\n\n').filter((section) => section.trim() !== '');
  return `${sections.slice(0, processors).join('\n\n')}\n\n`;
}

/** Files of `/sys/devices/system/cpu`, by which the C library counts processors. */
export function processorFiles(processors: number): Readonly<Record<string, string>> {
  const range = processors === 1 ? '0\n' : `0-${processors - 1}\n`;
  return { online: range, possible: range, present: range };
}

/** Files of a control group, version 2, that say what a container may have (Linux: cgroup-v2.rst). */
export function cgroupFiles(memoryMb: number, processors: number, pidsMax: number): Readonly<Record<string, string>> {
  return {
    'memory.max': `${memoryMb * 1_048_576}\n`,
    'memory.current': `${atRestMb * 1_048_576}\n`,
    'memory.swap.max': '0\n',
    'cpu.max': `${processors * 100_000} 100000\n`,
    'pids.max': `${pidsMax}\n`,
    'cgroup.controllers': 'cpu memory pids\n',
  };
}
