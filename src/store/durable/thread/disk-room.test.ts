import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const script = join(import.meta.dirname, '..', 'testing', 'fill-disk.ts');

/** Runs a command with a small disk of its own mounted at a folder; gives what it printed, or why that cannot be had here. */
function onSmallDisk(folder: string, mib: number): string | undefined {
  const command = `mount -t tmpfs -o size=${mib}m tmpfs "$1" && exec "$2" --disable-warning=ExperimentalWarning "$3" "$1"`;
  try {
    execFileSync('unshare', ['-rm', 'true'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const args = ['-rm', 'sh', '-c', command, 'sh', folder, process.execPath, script];
  return execFileSync('unshare', args, { encoding: 'utf8' });
}

test('a disk that fills up refuses what is new while there is still room to end what is there, and then takes more', async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-full-'));
  const printed = onSmallDisk(folder.path, 96);
  if (printed === undefined) return t.skip('unshare cannot mount here');
  const { accepted, refused, ended, again } = JSON.parse(printed);
  assert.ok(accepted > 100, `${accepted} were accepted`);
  assert.equal(refused, 'StoreFullError');
  assert.equal(ended, accepted, 'all that was accepted ended');
  assert.equal(again, 'accepted');
});
