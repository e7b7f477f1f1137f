import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cgroupFiles, cpuinfo, meminfo, processorFiles, visibleProcessors } from '../protocol/machine-view.ts';

/** For what size they are made where a container may become a function's of any. */
const anySizeMb = 1_024;

let wholeCpuinfo: string | undefined;

/**
 * Files by which programs in a container learn what machine they are on, with the container's own limits in them instead of the
 * instance's: `/proc/meminfo`, `/proc/cpuinfo`, what the C library counts processors by, and a control group at `/sys/fs/cgroup`. Made
 * before the container, for the size that it is most likely given, and bound in; `fit` says another one where it is not that, and
 * `taken` how much of it is in use.
 */
export class MachineFiles {
  readonly binds: readonly (readonly [from: string, to: string])[];
  readonly #folder: string;
  readonly #pidsMax: number;
  readonly #meminfo: number;
  #memoryMb: number | undefined;
  /** For what size the other files are, and how many processors they show. */
  #toldMb: number | undefined;
  #processors: number | undefined;

  constructor(folder: string, pidsMax: number, heapMb: number | undefined) {
    this.#folder = folder;
    this.#pidsMax = pidsMax;
    for (const name of ['cgroup', 'cpu']) mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
    this.#meminfo = openSync(join(folder, 'meminfo'), 'w', 0o644);
    this.fit(heapMb ?? anySizeMb);
    this.fitRest();
    this.binds = [
      [join(folder, 'meminfo'), '/proc/meminfo'],
      [join(folder, 'cpuinfo'), '/proc/cpuinfo'],
      [join(folder, 'cpu'), '/sys/devices/system/cpu'],
      [join(folder, 'cgroup'), '/sys/fs/cgroup'],
    ];
  }

  /** The container may take so much from now on: written into the same file, which is mounted. The rest of it is said by `fitRest`. */
  fit(memoryMb: number): void {
    if (memoryMb === this.#memoryMb) return;
    this.#memoryMb = memoryMb;
    writeSync(this.#meminfo, meminfo(memoryMb), 0);
  }

  /** What fewer look at, and nobody in the first milliseconds. */
  fitRest(): void {
    const memoryMb = this.#memoryMb ?? anySizeMb;
    if (memoryMb === this.#toldMb) return;
    this.#toldMb = memoryMb;
    const processors = visibleProcessors(memoryMb, availableParallelism());
    for (const [name, text] of Object.entries(cgroupFiles(memoryMb, processors, this.#pidsMax)))
      this.#put(join('cgroup', name), text);
    if (processors === this.#processors) return;
    this.#processors = processors;
    wholeCpuinfo ??= readFileSync('/proc/cpuinfo', 'latin1');
    this.#write('cpuinfo', cpuinfo(wholeCpuinfo, processors));
    for (const [name, text] of Object.entries(processorFiles(processors))) this.#put(join('cpu', name), text);
  }

  /** So much of it is in use now. */
  taken(bytes: number): void {
    writeSync(this.#meminfo, meminfo(this.#memoryMb ?? anySizeMb, bytes), 0);
    this.#put('cgroup/memory.current', `${bytes}\n`);
  }

  /** Nobody sees a half of it. */
  #put(name: string, text: string): void {
    this.#write('next', text);
    renameSync(join(this.#folder, 'next'), join(this.#folder, name));
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text, { mode: 0o644 });
  }

  drop(): void {
    closeSync(this.#meminfo);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
