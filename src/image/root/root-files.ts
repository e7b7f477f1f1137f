import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonRuntimes } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import { rootPlace } from '../python/python-root.ts';

/** Container n runs as user and group `containerIdBase + n` where the agent is root. They have names in the image. */
export const containerIdBase = 20_000;

/** Puts in what scripts of packages, or an administrator, would have made: mount points, users, names, certificates. */
export async function addFiles(root: string): Promise<void> {
  for (const runtime of pythonRuntimes) await mkdir(join(root, rootPlace(runtime)), { recursive: true });
  for (const path of [
    'proc',
    'sys',
    'dev',
    'run',
    'tmp',
    'var/tmp',
    'var/task',
    'opt/heddle',
    'opt/heddle-trees',
    'usr/local/bin',
  ])
    await mkdir(join(root, path), { recursive: true });
  for (const path of ['tmp', 'var/tmp']) await chmod(join(root, path), 0o1777);
  await symlink('/opt/node24/bin/node', join(root, 'usr/local/bin/node'));
  // Where it is missing, ICU reads the whole time zone database to find out what UTC is called.
  await symlink('/usr/share/zoneinfo/Etc/UTC', join(root, 'etc/localtime'));
  const users = Array.from({ length: limits.socketChannelsPerInstance }, (_, n) => ({
    name: `sbx${n}`,
    id: containerIdBase + n,
  }));
  const passwd = users.map(({ name, id }) => `${name}:x:${id}:${id}::/tmp:/bin/sh`);
  const group = users.map(({ name, id }) => `${name}:x:${id}:`);
  const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';
  const files: Record<string, string[]> = {
    passwd: ['root:x:0:0:root:/root:/bin/sh', ...passwd, nobody],
    group: ['root:x:0:', 'tty:x:5:', ...group, 'nogroup:x:65534:'],
    hosts: ['127.0.0.1 localhost', '::1 localhost'],
    hostname: ['heddle'],
    'nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files dns'],
    'resolv.conf': [],
    // Filled by a mount where instances are clones; empty means "not set", as machine-id(5) says.
    'machine-id': [],
  };
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(root, 'etc', name), lines.map((line) => `${line}\n`).join(''));
  await addCertificates(root);
}

/** What the scripts of `ca-certificates` make: one file with every authority. */
async function addCertificates(root: string): Promise<void> {
  const from = join(root, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(from)).filter((name) => name.endsWith('.crt')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(from, name), 'utf8')));
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), texts.join(''));
}
