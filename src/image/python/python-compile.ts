import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../tool.ts';

/**
 * What the scripts of the Python packages do: without its compiled modules Python starts several times slower. Run by the
 * root's own Python and C library, so that it does not matter what this machine has.
 */
export async function compilePython(root: string, signal: AbortSignal): Promise<void> {
  for (const name of await pythonsOf(root)) {
    const { command, env } = pythonOfRoot(root, name);
    const [loader = '', ...run] = command;
    // Paths are recorded as the guest sees them; hashes instead of times, so that unpacking times do not matter.
    // In one process: those that Python starts by itself would run with this machine's C library.
    const how = ['-sS', '-m', 'compileall', '-q', '-j', '1', '--invalidation-mode', 'unchecked-hash', '-s', root];
    const folders = [`usr/lib/${name}`, 'usr/lib/python3/dist-packages'];
    const compile = (folder: string): Promise<string> =>
      runTool(loader, [...run, ...how, '-x', 'test/|lib2to3/tests', join(root, folder)], { signal, env });
    await Promise.all(folders.map(compile));
  }
}

/** A Python that can be run on this machine. */
export interface RunnablePython {
  /** Program and first arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its name with its version, `python3.11`: those of one version compile alike. */
  readonly id: string;
}

/** The Python called `name` (`python3.11`) of an unpacked root, by that root's own C library. */
export function pythonOfRoot(root: string, name: string): RunnablePython {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  const command = [loader, '--library-path', libraries, join(root, 'usr/bin', name)];
  return { command, env: { PYTHONHOME: join(root, 'usr') }, id: name };
}

/** `python3.11` and the like, where a root has its library. */
export async function pythonsOf(root: string): Promise<string[]> {
  return (await readdir(join(root, 'usr/lib'))).filter((name) => /^python3\.\d+$/.test(name));
}
