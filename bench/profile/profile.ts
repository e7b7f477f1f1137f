import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { here } from '../builds/build.ts';
import { load } from '../load/run.ts';
import { deploy } from '../service/functions.ts';
import { startService } from '../service/service.ts';
import { flameGraph } from './svg.ts';
import { callTree, type CpuProfile } from './tree.ts';

const connections = 16;
const warmUpMs = 5_000;
const profiledMs = 5_000;

/** A flame graph of each thread of the service that worked while 16 connections called a warm function. Gives the files. */
export async function profileService(driver: string): Promise<readonly string[]> {
  const folder = join(here.root, '.scratch', `profile-${driver}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { fromUs, toUs } = await recordIn(folder, driver);
  const pictures: string[] = [];
  for (const name of await readdir(folder)) {
    const profile: CpuProfile = JSON.parse(await readFile(join(folder, name), 'utf8'));
    const tree = callTree(profile, fromUs, toUs);
    if (tree.totalUs === 0) continue;
    const file = join(folder, name.replace(/\.cpuprofile$/, '.svg'));
    const busy = ((tree.totalUs / (toUs - fromUs)) * 100).toFixed(0);
    await writeFile(file, flameGraph(tree, `${driver}, ${connections} connections: busy for ${busy} % of the time`));
    pictures.push(file);
  }
  if (pictures.length === 0) throw new Error(`The service left no CPU profile in ${folder}.`);
  return pictures;
}

/** On the clock that profiles are on, too. */
const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

async function recordIn(folder: string, driver: string): Promise<{ readonly fromUs: number; readonly toUs: number }> {
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  await using service = await startService({ build: here, driver, nodeFlags });
  await deploy(service, 'echo');
  const plan = { port: service.port, requests: [await service.invocation('echo')], connections };
  await load({ ...plan, sendMs: warmUpMs });
  const fromUs = nowUs();
  await load({ ...plan, sendMs: profiledMs });
  return { fromUs, toUs: nowUs() };
}
