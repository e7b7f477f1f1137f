import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { call } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** What user code finds where it runs. */
export function inside(subject: Subject): void {
  cleanTest(
    subject,
    'user code is nobody: no root, no capability, no new privileges, filtered system calls',
    async () => {
      await using booted = await bootGuest(subject);
      const container = await loaded(
        booted.first,
        `import { execFileSync } from 'node:child_process';
       import { readFileSync } from 'node:fs';
       export const handler = async () => ({
         user: process.getuid(),
         group: process.getgid(),
         status: readFileSync('/proc/self/status', 'utf8'),
         privileges: execFileSync('setpriv', ['--dump'], { encoding: 'utf8' }),
       });`,
      );
      const seen = fields(await call(container));
      assert.notEqual(seen['user'], 0);
      assert.notEqual(seen['group'], 0);
      const status = String(seen['status']);
      assert.match(status, /^CapPrm:\s+0+$/m);
      assert.match(status, /^CapEff:\s+0+$/m);
      assert.match(status, /^Seccomp:\s+2$/m);
      assert.match(String(seen['privileges']), /no_new_privs: 1/);
    },
  );

  cleanTest(subject, 'code is read-only, and of other functions nothing is to be found', async () => {
    await using booted = await bootGuest(subject);
    await loaded(booted.second, `export const handler = async () => 'secret-of-the-second';`);
    const container = await loaded(
      booted.first,
      `import fs from 'node:fs';
       const attempt = (act) => { try { act(); return 'done'; } catch (error) { return /EROFS|EACCES/.test(error.code) ? 'refused' : error.code; } };
       const found = [];
       const search = (folder) => {
         let entries = [];
         try { entries = fs.readdirSync(folder, { withFileTypes: true }); } catch {}
         for (const entry of entries) {
           const path = folder + '/' + entry.name;
           if (entry.isDirectory() && !/^\\/(proc|sys|usr)$/.test(path)) search(path);
           else if (entry.isFile() && fs.statSync(path).size < 100_000 && attempt(() => fs.accessSync(path, 4)) === 'done')
             if (fs.readFileSync(path, 'latin1').includes('secret-' + 'of-the-second')) found.push(path);
         }
       };
       export const handler = async () => {
         search('');
         return {
           task: fs.readdirSync('/var/task'),
           writes: ['/var/task/x', '/x', '/usr/x', '/etc/x', '/opt/x'].map((path) => attempt(() => fs.writeFileSync(path, ''))),
           tmp: attempt(() => fs.writeFileSync('/tmp/x', '')),
           found,
         };
       };`,
    );
    assert.deepEqual(await call(container), {
      task: ['index.mjs'],
      writes: ['refused', 'refused', 'refused', 'refused', 'refused'],
      tmp: 'done',
      found: [],
    });
  });

  cleanTest(subject, 'user code holds its own channel and no other descriptor that leads out', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import fs from 'node:fs';
       import { execFileSync } from 'node:child_process';
       const links = () => fs.readdirSync('/proc/self/fd').flatMap((fd) => { try { return [fs.readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; } });
       export const handler = async () => ({
         runtime: links(),
         program: execFileSync('sh', ['-c', 'for n in $(seq 3 40); do if [ -e /proc/$$/fd/$n ]; then echo $n; fi; done'], { encoding: 'utf8' }),
       });`,
    );
    const seen = fields(await call(container));
    assert.ok(Array.isArray(seen['runtime']));
    const leadsOut = seen['runtime']
      .map(String)
      .filter((link) => /^socket:|^host:|vport|^\/(?!proc\/|dev\/(null|urandom|random)$)/.test(link));
    // Its data channel, and what it prints to.
    assert.ok(leadsOut.length <= 3, leadsOut.join(' '));
    assert.equal(seen['program'], '', 'descriptors of a program that user code starts');
  });

  cleanTest(subject, 'there is no network', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import net from 'node:net';
       import dns from 'node:dns/promises';
       import os from 'node:os';
       const reach = (host, port) => new Promise((resolve) => {
         const socket = net.connect({ host, port, timeout: 2000 });
         socket.on('connect', () => resolve('connected'));
         socket.on('timeout', () => resolve('nothing'));
         socket.on('error', (error) => resolve(error.code));
       });
       export const handler = async (addresses) => ({
         interfaces: Object.entries(os.networkInterfaces()).filter(([, list]) => list.some(({ internal }) => !internal)).map(([name]) => name),
         reached: (await Promise.all(addresses.map(([host, port]) => reach(host, port)))).filter((answer) => answer === 'connected'),
         resolved: await dns.lookup('example.com').then(() => true, () => false),
       });`,
    );
    await using host = await listening();
    const addresses = [
      ['127.0.0.1', host.port],
      ['::1', host.port],
      ...host.addresses.map((address) => [address, host.port]),
      ['192.0.2.1', 80],
      ['10.0.2.2', host.port],
    ];
    assert.deepEqual(await call(container, addresses), { interfaces: [], reached: [], resolved: false });
    assert.equal(host.connections(), 0);
  });
}

/** A server on all addresses of the host. */
async function listening(): Promise<AsyncDisposable & { port: number; addresses: string[]; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return {
    port: address.port,
    addresses: all.filter(({ internal, family }) => !internal && family === 'IPv4').map((it) => it.address),
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

function fields(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}
