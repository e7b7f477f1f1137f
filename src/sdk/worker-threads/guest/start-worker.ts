import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { getEnvironmentData, setEnvironmentData, Worker, type Serializable } from 'node:worker_threads';
import type { Setup } from '../relay/frames.ts';
import { unpack, type PortNames } from '../relay/values.ts';
import { preludeKey, type PreludeData } from './shared.ts';

const keys = new Set<Serializable>();

/** Starts the real Worker that a Worker elsewhere stands for. Throws what `new Worker` throws. */
export function startWorker(setup: Setup, root: string, prelude: PreludeData, ports: PortNames): Worker {
  const { source } = setup;
  enterFolder(`${root}/files${setup.cwd}`);
  takeEnvironmentData(setup, prelude, ports);
  const workerData = unpack(setup.workerData, ports);
  const file = source.kind === 'file' ? `${root}/files${source.text}` : source.text;
  const options = {
    workerData: workerData.value,
    transferList: workerData.ports,
    eval: source.kind === 'eval',
    name: setup.name,
    argv: [...setup.argv],
    env: { ...setup.env },
    stdin: setup.stdin,
    stdout: true,
    stderr: true,
    trackUnmanagedFds: setup.trackUnmanagedFds,
    resourceLimits: setup.resourceLimits,
  };
  const make = (flags: readonly string[]): Worker =>
    new Worker(source.kind === 'url' ? new URL(file) : file, {
      ...options,
      execArgv: ['--require', `${root}/prelude.cjs`, ...flags],
    });
  const flags = setup.execArgv.filter((flag) => !isOfV8(flag));
  for (const flag of setup.execArgv) if (isOfV8(flag)) setFlagsFromString(flag);
  setHeapFlag('--max-old-space-size', setup.resourceLimits.maxOldGenerationSizeMb);
  setHeapFlag('--max-semi-space-size', setup.resourceLimits.maxYoungGenerationSizeMb);
  return make(flags);
}

/** Flags of the caller's process that hold for all of its isolates. */
function isOfV8(flag: string): boolean {
  return flag === '--expose-gc' || flag === '--expose_gc';
}

/** What the container's Node was told of heaps would override a Worker's own limit; where it has none, it holds for the Worker, too. */
function setHeapFlag(flag: string, own: number | undefined): void {
  const told = process.execArgv.find((given) => given.startsWith(`${flag}=`));
  setFlagsFromString(own === undefined && told !== undefined ? told : `${flag}=0`);
}

/** Relative names of files mean those beside the caller's, as far as they came along. */
function enterFolder(folder: string): void {
  if (existsSync(folder)) process.chdir(folder);
}

function takeEnvironmentData(setup: Setup, prelude: PreludeData, ports: PortNames): void {
  for (const key of keys) if (getEnvironmentData(key) !== undefined) setEnvironmentData(key);
  keys.clear();
  const { value } = unpack(setup.environmentData, ports);
  const pairs: readonly (readonly [Serializable, Serializable])[] = Array.isArray(value) ? value : [];
  for (const [key, data] of pairs) {
    setEnvironmentData(key, data);
    keys.add(key);
  }
  // It takes more than its types say.
  Reflect.apply(setEnvironmentData, undefined, [preludeKey, prelude]);
}
