import { pythonRuntimes, type PythonRuntimeName } from '../../model/runtimes/configuration.ts';
import { pythonOfRoot, type RunnablePython } from './python-compile.ts';
import { ensurePython } from './python-root.ts';
import type { GuestRoot } from '../root/root.ts';

/** The Pythons of guests of one root. */
export interface GuestPythons {
  /** Those that have a root of their own: where it is on this machine. */
  readonly roots: Readonly<Partial<Record<PythonRuntimeName, GuestRoot>>>;
  /** Those that cannot be had here, and why: the rest of a sentence. */
  readonly missing: Readonly<Partial<Record<PythonRuntimeName, string>>>;
  /** Those that can, to be run on this machine. */
  readonly runnable: readonly RunnablePython[];
}

/** Finds or builds all of them, those that can be had. */
export async function ensurePythons(
  cacheDir: string,
  guest: GuestRoot,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestPythons> {
  const roots: Partial<Record<PythonRuntimeName, GuestRoot>> = {};
  const missing: Partial<Record<PythonRuntimeName, string>> = {};
  const runnable: RunnablePython[] = [];
  for (const runtime of pythonRuntimes) {
    const found = await ensurePython(cacheDir, runtime, guest, report, signal);
    if (!found.there) missing[runtime] = found.why;
    else runnable.push(pythonOfRoot((found.root ?? guest).dir, runtime));
    if (found.there && found.root !== undefined) roots[runtime] = found.root;
  }
  return { roots, missing, runnable };
}
