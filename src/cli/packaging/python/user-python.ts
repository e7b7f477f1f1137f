import { findProgram } from '../../bootstrap/missing.ts';
import { runProgram } from './run-program.ts';

/** A Python of the user's. */
export interface UserPython {
  readonly path: string;
  /** `python3.11`. */
  readonly name: string;
}

/** The user's Python: that of this version (`python3.11`) where there is one, else the one called `python3`. Undefined where there is none. */
export async function findPython(wanted: string | undefined): Promise<UserPython | undefined> {
  const environment = process.env['VIRTUAL_ENV'];
  const names = ['python3', 'python', ...(wanted === undefined ? [] : [wanted])];
  const own = environment === undefined ? [] : [`${environment}/bin/python3`];
  const paths = [...own, ...names.map((name) => findProgram(name, process.env['PATH'] ?? ''))];
  let other: UserPython | undefined;
  for (const path of paths) {
    if (path === undefined) continue;
    const python = await nameOf(path);
    if (python === undefined) continue;
    if (wanted === undefined || python.name === wanted) return python;
    other ??= python;
  }
  return other;
}

const known = new Map<string, Promise<UserPython | undefined>>();

/** A version manager's take half a second to say it. */
function nameOf(path: string): Promise<UserPython | undefined> {
  const asked = known.get(path) ?? askName(path);
  known.set(path, asked);
  return asked;
}

/** Undefined for what does not run: a version manager puts programs on the path for versions that it does not have. */
async function askName(path: string): Promise<UserPython | undefined> {
  const name = await runProgram(path, ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])']).catch(
    () => '',
  );
  return /^python3\.\d+\s*$/.test(name) ? { path, name: name.trim() } : undefined;
}
