import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForGuest } from '../../image/bundle.ts';
import { nodes, TestedRuntime } from '../node/testing.ts';

// For tests: the bundled runtime in a process of its own, and this process as its host.

let bundle: Promise<string> | undefined;

async function bundlePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-provided-bundle-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'runtime.mjs');
  await writeFile(path, await bundleForGuest(fileURLToPath(import.meta.resolve('./main.ts'))));
  return path;
}

/** Starts one and waits for its hello. `files` by path below the task root, all executable where `mode` does not say otherwise. */
export async function startProvided(
  files: Readonly<Record<string, string | Uint8Array>>,
  mode: number = 0o755,
): Promise<TestedRuntime> {
  const taskRoot = await mkdtemp(join(tmpdir(), 'heddle-provided-task-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(taskRoot, name)), { recursive: true });
    await writeFile(join(taskRoot, name), content);
    await chmod(join(taskRoot, name), mode);
  }
  bundle ??= bundlePath();
  const child = spawn(nodes['24'], [await bundle, taskRoot, 'serve-first'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A locale that no machine has, as many have not the one that functions are told of.
    env: { TZ: ':UTC', PATH: '/usr/bin:/bin', LANG: 'xx_XX.UTF-8' },
  });
  return TestedRuntime.of(child, taskRoot);
}
