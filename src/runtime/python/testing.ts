import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundlePython } from '../../image/python/python-bundle.ts';
import { TestedRuntime } from '../node/testing.ts';

// For tests: the bundled runtime in a process of its own, and this process as its host.

/** This machine's Python that the runtime is tested with, if it has one. */
export const python: string | undefined = ['/usr/bin/python3.11', '/usr/bin/python3.13'].find((path) =>
  existsSync(path),
);

let bundle: Promise<string> | undefined;

/** The bundled runtime, which is made once. */
export function bundlePath(): Promise<string> {
  return (bundle ??= makeBundle());
}

async function makeBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-python-bundle-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return bundlePython(folder, []);
}

/** Starts one and waits for its hello. `files` by path below the task root. */
export async function startPython(
  files: Readonly<Record<string, string | Uint8Array>>,
  program: string | undefined = python,
): Promise<TestedRuntime> {
  const taskRoot = await mkdtemp(join(tmpdir(), 'heddle-python-task-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(taskRoot, name)), { recursive: true });
    await writeFile(join(taskRoot, name), content);
  }
  const child = spawn(program ?? 'python3', [await bundlePath(), taskRoot], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    cwd: taskRoot,
    env: { TZ: ':UTC', LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
  });
  return TestedRuntime.of(child, taskRoot);
}
