import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusals } from '../agent/seccomp-rules.ts';
import { call, load, startTestGuest } from './guest-fixture.ts';

/** Calls each number it is given with zeros, and says what came of it. Perl is in every Debian. */
const perl = String.raw`
  for my $number (@ARGV) {
    my $result = syscall($number, 0, 0, 0, 0, 0, 0);
    print "$number ", ($result == -1 ? $! + 0 : 0), "\n";
  }
  socket(my $vsock, 40, 1, 0) ? print "vsock 0\n" : print "vsock ", $! + 0, "\n";
  socket(my $alg, 38, 5, 0) ? print "alg 0\n" : print "alg ", $! + 0, "\n";
  my $byte = 'x';
  open(my $terminal, '+<', '/dev/ptmx') or die "ptmx: $!";
  ioctl($terminal, 0x5412, $byte) ? print "tiocsti 0\n" : print "tiocsti ", $! + 0, "\n";
  my $newuser = 0x10000000 | 17;
  my $forked = syscall(56, $newuser, 0, 0, 0, 0);
  exit if $forked == 0;
  print "newuser ", ($forked == -1 ? $! + 0 : 0), "\n";
`;

test('a program in a container is refused each system call that is none of its business', async () => {
  await using started = await startTestGuest({ blanks: { 'nodejs24.x': 1 } });
  const [container] = started.guest.firstContainers;
  assert.ok(container !== undefined);
  await load(
    container,
    `import { execFileSync } from 'node:child_process';
     export const handler = async ({ perl, numbers }) => execFileSync('perl', ['-e', perl, ...numbers], { encoding: 'utf8' });`,
  );
  const expected = refusals(true);
  // `uretprobe` and `uprobe`: see the table.
  for (const number of [335, 336]) expected.delete(number);
  const said = await call(container, { perl, numbers: [...expected.keys(), 463, 999].map(String) });
  assert.ok(typeof said === 'string');
  const results = new Map(said.split('\n').map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
  for (const [number, errno] of expected) assert.equal(results.get(String(number)), errno, `system call ${number}`);
  const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];
  assert.deepEqual(
    ['463', '999', 'vsock', 'alg', 'tiocsti', 'newuser'].map((name) => results.get(name)),
    [ENOSYS, ENOSYS, EAFNOSUPPORT, EAFNOSUPPORT, EPERM, EPERM],
  );
});

test('what Node programs ordinarily do works under the filter', async () => {
  await using started = await startTestGuest({ blanks: { 'nodejs24.x': 1 } });
  const [container] = started.guest.firstContainers;
  assert.ok(container !== undefined);
  await load(
    container,
    `import { Worker } from 'node:worker_threads';
     import { execFileSync } from 'node:child_process';
     import { createServer, connect } from 'node:net';
     import { once } from 'node:events';
     import { readFile, writeFile } from 'node:fs/promises';
     import { networkInterfaces, userInfo } from 'node:os';
     import { pbkdf2Sync } from 'node:crypto';
     import { gzipSync } from 'node:zlib';
     const worker = async () => (await once(new Worker('require("worker_threads").parentPort.postMessage(42)', { eval: true }), 'message'))[0];
     const socket = async (at) => {
       const server = createServer((peer) => peer.end('hello')).listen(at);
       await once(server, 'listening');
       const [data] = await once(connect(typeof at === 'string' ? at : server.address().port), 'data');
       server.close();
       return String(data);
     };
     const file = async () => { await writeFile('/tmp/f', 'text'); return readFile('/tmp/f', 'utf8'); };
     export const handler = async () => [
       await worker(), await socket('/tmp/s'), await socket(0), await file(), execFileSync('echo', ['child'], { encoding: 'utf8' }),
       Object.keys(networkInterfaces()), pbkdf2Sync('a', 'b', 10, 8, 'sha256').length, gzipSync('x').length > 0,
       userInfo().homedir, new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) instanceof WebAssembly.Module,
     ];`,
  );
  assert.deepEqual(await call(container), [42, 'hello', 'hello', 'text', 'child\n', ['lo'], 8, true, '/tmp', true]);
});
