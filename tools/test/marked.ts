import { readFileSync, readdirSync } from 'node:fs';

/** The variable by which whatever a test file has started is known, also after its parent has gone. */
export const markName = 'HEDDLE_TEST_FILE';

/** What a process was started with; `undefined` where it has gone meanwhile, or is somebody else's. */
function readProcess(pid: string, what: 'environ' | 'cmdline'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'latin1');
  } catch {
    return undefined;
  }
}

/** Kills each process that has `mark` in its environment; returns their command lines. */
export function endMarked(mark: string): readonly string[] {
  const wanted = `${markName}=${mark}`;
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || readProcess(pid, 'environ')?.split('\0').includes(wanted) !== true) return [];
    const commandLine = readProcess(pid, 'cmdline')?.replaceAll('\0', ' ').trim() ?? '';
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
    return [commandLine];
  });
}
