import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

// `HEDDLE_TEST_HOSTS=3 npm test -- PART…` runs tests that start a service against a cluster of three hosts instead, each request going to the next of them. What such a test finds out about one
// process (its files, its memory, what is left of it) it does not find out about three: docs/operations.md says which tests hold.

/** Killed processes are looked for so often, ms. */
const lookMs = 20;

/** How many hosts tests have in place of each service; undefined: one machine, without a cluster. */
export function hostsOfTests(environment: NodeJS.ProcessEnv): string | undefined {
  const hosts = environment['HEDDLE_TEST_HOSTS'];
  if (hosts === undefined || hosts === '') return undefined;
  if (hosts === '1' || hosts === '3' || hosts === '5') return hosts;
  throw new Error(`HEDDLE_TEST_HOSTS is 1, 3 or 5, not ${hosts}: how many hosts tests have in place of a service.`);
}

/** What starts so many hosts: words for Node, in place of those of `heddle up` with a home and flags. */
export function commandOfHosts(hosts: string, home: string, flags: readonly string[]): readonly string[] {
  return [join(import.meta.dirname, 'main.ts'), hosts, home, ...flags];
}

/** Kills processes that are not this one's children, and resolves when they are gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids)
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  while (pids.some((pid) => existsSync(`/proc/${pid}`))) await wait(lookMs);
}
