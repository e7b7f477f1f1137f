import type { Build } from '../builds/build.ts';
import { deploy } from '../service/functions.ts';
import { type BenchService, startService } from '../service/service.ts';

/** A function so large that its containers are easily counted out by the memory that there may be. */
const largeMb = 4_096;
/** What an instance may take beside its containers. */
const besideMb = 904;

/**
 * A service in which only so many containers can exist for the function `name` that is deployed: there is memory for no
 * more. What it gives is what a crowd is held against.
 */
export async function startWithContainers(
  build: Build,
  driver: string,
  containers: number,
  name: string,
  options: Omit<Parameters<typeof deploy>[2] & object, 'memoryMb'> & { readonly cpus?: string | undefined } = {},
): Promise<BenchService> {
  const { cpus, ...rest } = options;
  const config = { memory: `${containers * largeMb + besideMb}MB`, warm: 'none', queueWait: '60s' };
  const service = await startService({ build, driver, cpus, config });
  await deploy(service, name, { ...rest, memoryMb: largeMb });
  return service;
}
