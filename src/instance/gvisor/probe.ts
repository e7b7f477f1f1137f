import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeVerdict } from '../contract.ts';
import { runFolder, type Places } from '../places.ts';
import { probeWord, runProbe } from '../probes/run-probe.ts';
import { userNamespaceRemedy } from '../processes/user.ts';
import { runscCommand } from './command.ts';
import { cachedRunsc } from './fetch.ts';
import { installedRunscs } from './installed.ts';
import { ociSpec } from './spec.ts';
import { quietRelease, releaseOf, type Runsc } from './version.ts';

/** A sandbox with a shell in it takes some 200 ms. */
const deadlineMs = 10_000;

const mode = 'systrap';

/**
 * Runs a shell in a sandbox whose root is the host's, read-only: by the first runsc of those installed here that can, else by the one
 * in the cache, which is fetched if need be (seconds, the first time).
 */
export async function probeGvisor(
  places: Places,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ProbeVerdict> {
  const begin = performance.now();
  let passedOver = '';
  for (const runsc of await installedRunscs(environment, signal)) {
    const verdict = await tryRunsc(places, runsc, signal);
    if (verdict.works) return { ...verdict, evidence: `${verdict.evidence} ${described(runsc)}${passedOver}` };
    passedOver += ` ${runsc.path} (${runsc.version}) was tried before and does not work here: ${verdict.evidence}`;
  }
  const runsc = await cachedRunsc(places.cache, () => undefined, signal).catch((error: unknown) => error);
  if (!isRunsc(runsc)) return notFound(runsc, performance.now() - begin);
  const verdict = await tryRunsc(places, runsc, signal);
  return { ...verdict, evidence: `${verdict.evidence} ${described(runsc)}${passedOver}` };
}

/** The runsc that a probe would find to work. One that nobody put here is not tried again. Throws if there is none to be had. */
export async function usableRunsc(
  places: Places,
  report: (line: string) => void,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Runsc> {
  for (const runsc of await installedRunscs(environment, signal))
    if ((await tryRunsc(places, runsc, signal)).works) return runsc;
  return cachedRunsc(places.cache, report, signal);
}

async function tryRunsc(places: Places, runsc: Runsc, signal: AbortSignal): Promise<ProbeVerdict> {
  const folder = join(runFolder(places), 'gvisor', `probe-${randomUUID()}`);
  try {
    await mkdir(join(folder, 'state'), { recursive: true, mode: 0o700 });
    const args = ['/bin/sh', '-c', `echo ${probeWord}`];
    const spec = ociSpec({ rootDir: '/', args, environment: ['PATH=/usr/bin:/bin'], mounts: [] });
    await writeFile(join(folder, 'config.json'), JSON.stringify(spec));
    const command = runscCommand(runsc.path, folder, 0);
    return await runProbe({ driver: 'gvisor', mode, command, deadlineMs, remedy: userNamespaceRemedy }, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Which one it is, and what a newer one would bring. */
function described({ path, version }: Runsc): string {
  const release = releaseOf(version);
  const newer =
    release === undefined || release >= quietRelease
      ? ''
      : ` One released in July 2026 or later, on the path or named by HEDDLE_RUNSC, would be used instead: sandboxes of this one` +
        ` take some 3 % of a processor each when they have nothing to do and do not rest.`;
  return `It is ${version} (${path}).${newer}`;
}

function notFound(error: unknown, tookMs: number): ProbeVerdict {
  return {
    driver: 'gvisor',
    works: false,
    mode,
    evidence: error instanceof Error ? error.message : String(error),
    tookMs,
    remedy:
      'Install runsc of July 2024 or later: `sudo apt install runsc` on Debian 13 and later, ' +
      '`sudo apt install -t bookworm-backports runsc` on Debian 12 with backports in its sources, ' +
      'or put the `runsc` that gvisor.dev releases on the path, or name it by HEDDLE_RUNSC.',
  };
}

function isRunsc(value: unknown): value is Runsc {
  return typeof value === 'object' && value !== null && 'path' in value && 'version' in value;
}
