import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readSettings } from '../../src/cli/settings.ts';
import { keyOf, once as buildOnce } from '../../src/image/cache.ts';
import { downloadPackages, thisDistribution, unpackPackages } from '../../src/image/debian.ts';

/** Servers of the distribution, and Python's client of one, unpacked and not installed. */
const packages = ['redis-server', 'postgresql', 'nats-server', 'dash', 'python3-psycopg2'];
/** What that client is linked with, and the Python of a function does not have. */
const clientLibraries =
  /^lib(?:pq|ldap-[\d.]+|lber-[\d.]+|sasl2|gssapi_krb5|krb5|k5crypto|krb5support|com_err|keyutils)\.so\.\d+$/;

/** A server that listens on a port of this machine's loopback; it is gone, with what it stored, when this is disposed. */
export interface RealServer extends AsyncDisposable {
  readonly port: number;
}

async function serverRoot(): Promise<string> {
  const { cache } = readSettings({ flags: { home: tmpdir() }, environment: process.env });
  const hash = keyOf({ packages, distribution: await thisDistribution() });
  const signal = AbortSignal.timeout(300_000);
  return buildOnce(
    join(cache, 'test-servers'),
    hash,
    async ({ folder }) => {
      const apt = join(folder, '.apt');
      const files = await downloadPackages(packages, apt, signal);
      for (const name of ['bin', 'sbin', 'lib', 'lib64']) await linkInto(folder, name);
      await unpackPackages(files, folder, signal);
      for (const name of ['data', 'tmp', 'proc', 'dev']) await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, 'etc/passwd'), 'postgres:x:1000:1000::/data:/bin/sh\n');
      // As the package's script would; `popen` needs it.
      await access(join(folder, 'bin/sh')).catch(() => symlink('dash', join(folder, 'bin/sh')));
      await rm(apt, { recursive: true });
    },
    () => undefined,
    signal,
  );
}

async function linkInto(root: string, name: string): Promise<void> {
  await mkdir(join(root, 'usr', name), { recursive: true });
  await symlink(`usr/${name}`, join(root, name));
}

/** Debian's psycopg2 for its Python 3.11, as files of a function's zip. */
export async function psycopg2(): Promise<Record<string, Buffer>> {
  const root = await serverRoot();
  const read = async (from: string, to: string, wanted: RegExp): Promise<(readonly [string, Buffer])[]> => {
    const names = (await readdir(join(root, from))).filter((name) => wanted.test(name));
    return await Promise.all(
      names.map(async (name) => [join(to, name), await readFile(join(root, from, name))] as const),
    );
  };
  const modules = await read('usr/lib/python3/dist-packages/psycopg2', 'psycopg2', /\.(?:py|so)$/);
  return Object.fromEntries([...modules, ...(await read('usr/lib/x86_64-linux-gnu', 'lib', clientLibraries))]);
}

/** Debian's NATS, with JetStream. `port`: a free one where none is given. */
export async function startNats(given?: number): Promise<RealServer> {
  const port = given ?? (await freePort());
  return start(port, () => [['/usr/sbin/nats-server', '-js', '-sd', '/data', '-a', '127.0.0.1', '-p', `${port}`]]);
}

/** Debian's Redis. */
export async function startRedis(): Promise<RealServer> {
  const port = await freePort();
  return start(port, () => [
    ['/usr/bin/redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', '/data'],
  ]);
}

/** Debian's PostgreSQL, with a user `postgres` and no password. `fsync`: whether what it commits is on the disk; tests are faster without. */
export async function startPostgres(fsync: 'on' | 'off' = 'off'): Promise<RealServer> {
  const port = await freePort();
  return start(port, async (root) => {
    const [version = ''] = await readdir(join(root, 'usr/lib/postgresql'));
    const bin = `/usr/lib/postgresql/${version}/bin`;
    return [
      [`${bin}/initdb`, '-D', '/data/db', '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      [
        `${bin}/postgres`,
        '-D',
        '/data/db',
        '-p',
        `${port}`,
        '-h',
        '127.0.0.1',
        '-k',
        '/data',
        '-c',
        `fsync=${fsync}`,
        '-c',
        'wal_level=logical',
      ],
    ];
  });
}

/** Runs the commands one after the other in the unpacked root; the last one is the server. */
async function start(
  port: number,
  commandsIn: (root: string) => string[][] | Promise<string[][]>,
): Promise<RealServer> {
  const root = await serverRoot();
  const data = await mkdtemp(join(tmpdir(), 'heddle-server-'));
  const commands = await commandsIn(root);
  let said = '';
  const run = (command: readonly string[]): ReturnType<typeof spawn> => {
    const view = [
      '--ro-bind',
      root,
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      '--tmpfs',
      '/tmp',
      '--bind',
      data,
      '/data',
    ];
    const user = ['--unshare-user', '--uid', '1000', '--gid', '1000', '--die-with-parent', '--setenv', 'LC_ALL', 'C'];
    const child = spawn('bwrap', [...view, ...user, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => (said = `${said}${text}`.slice(-4_096)));
    return child;
  };
  for (const command of commands.slice(0, -1)) {
    const [code] = await once(run(command), 'exit');
    if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${said}`);
  }
  const server = run(commands.at(-1) ?? []);
  const exited = once(server, 'exit');
  await Promise.race([listening(port), exited.then(() => Promise.reject(new Error(`The server ended: ${said}`)))]);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGKILL');
      await exited;
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await wait(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}
