import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeVerdict } from '../contract.ts';
import { runFolder, type Places } from '../places.ts';
import { probeWord, runProbe } from '../run-probe.ts';
import { userNamespaceRemedy } from '../user.ts';
import { runscCommand } from './command.ts';
import { ensureRunsc, type Runsc } from './fetch.ts';
import { ociSpec } from './spec.ts';

/** A sandbox with a shell in it takes some 200 ms. */
const deadlineMs = 10_000;

const mode = 'systrap';

/** Fetches runsc if need be (seconds, the first time) and runs a shell in a sandbox whose root is the host's, read-only. */
export async function probeGvisor(places: Places, signal: AbortSignal): Promise<ProbeVerdict> {
  const begin = performance.now();
  const runsc = await ensureRunsc(places.cache, () => undefined, signal).catch((error: unknown) => error);
  if (!isRunsc(runsc)) return notFound(runsc, performance.now() - begin);
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
      'or put the `runsc` that gvisor.dev releases on the path.',
  };
}

function isRunsc(value: unknown): value is Runsc {
  return typeof value === 'object' && value !== null && 'path' in value && 'version' in value;
}
