import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** How often each text was found, and in how many bytes. */
export interface Scan {
  readonly found: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** Looks for texts in all memory of every process that `pid` has started, or that those have. */
export async function scanBelow(pid: number, needles: readonly string[]): Promise<Scan> {
  const child = spawn('python3', [join(import.meta.dirname, 'fixtures/scan.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ pids: below(pid), needles }));
  const said = await text(child.stdout);
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`The scan ended with ${child.exitCode}; its words are above.`);
  const scan: Scan = JSON.parse(said);
  return scan;
}

function below(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
