import assert from 'node:assert/strict';
import { call } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** What user code finds where it runs. */
export function inside(subject: Subject): void {
  privileges(subject);
  machine(subject);
  files(subject);
  descriptors(subject);
}

function privileges(subject: Subject): void {
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
}

function machine(subject: Subject): void {
  cleanTest(
    subject,
    'a machine as large as its function is what code sees, and the programs that it starts',
    async () => {
      await using booted = await bootGuest(subject);
      const container = await loaded(
        booted.first,
        `import { execFileSync } from 'node:child_process'; import fs from 'node:fs'; import os from 'node:os';
       const mb = (name) => Number(new RegExp('^' + name + ': +([0-9]+) kB$', 'm').exec(fs.readFileSync('/proc/meminfo', 'latin1'))[1]) / 1024;
       const first = [mb('MemTotal'), mb('MemFree')];
       const held = Buffer.alloc(100 * 1048576, 1);
       export const handler = async () => {
         // They look twice a second.
         while (mb('MemFree') > first[1] - 60) await new Promise((resolve) => setTimeout(resolve, 20));
         return {
           first, held: held.length, online: fs.readFileSync('/sys/devices/system/cpu/online', 'latin1'),
           current: Number(fs.readFileSync('/sys/fs/cgroup/memory.current', 'latin1')) / 1048576,
           total: os.totalmem() / 1048576, free: os.freemem() / 1048576, cpus: os.cpus().length, parallel: os.availableParallelism(),
           trusted: fs.readFileSync('/var/runtime/ca-cert.pem', 'latin1').includes('BEGIN CERTIFICATE'),
           zone: new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo', hour: 'numeric' }).format(0), date: execFileSync('date', ['+%Z'], { encoding: 'utf8', env: { TZ: 'America/New_York' } }),
           listed: fs.readFileSync('/proc/cpuinfo', 'latin1').match(/^processor/gm).length,
           group: fs.readFileSync('/sys/fs/cgroup/memory.max', 'latin1'),
           other: execFileSync('node', ['-p', 'require("os").totalmem() / 1048576'], { encoding: 'utf8', env: { PATH: '/var/lang/bin' } }),
         };
       };`,
        { memoryMb: 600 },
      );
      const seen = fields(await call(container));
      assert.deepEqual([seen['total'], seen['group'], seen['other']], [600, `${600 * 1_048_576}\n`, '600\n']);
      assert.deepEqual([seen['trusted'], seen['zone']], [true, '9 AM']);
      assert.match(String(seen['date']), /^E[DS]T\n$/);
      assert.ok(Array.isArray(seen['first']));
      assert.equal(seen['first'][0], 600, 'right from the first line');
      assert.ok(seen['first'][1] > 550, String(seen['first'][1]));
      assert.ok(Number(seen['free']) > 400 && Number(seen['free']) < 520, String(seen['free']));
      assert.ok(Number(seen['current']) > 60 && Number(seen['current']) < 200, String(seen['current']));
      assert.equal(seen['online'], Number(seen['cpus']) === 1 ? '0\n' : `0-${Number(seen['cpus']) - 1}\n`);
      assert.ok(
        Number(seen['cpus']) <= 2 && seen['cpus'] === seen['listed'] && seen['parallel'] === seen['cpus'],
        JSON.stringify(seen),
      );
    },
  );
}

function files(subject: Subject): void {
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
}

function descriptors(subject: Subject): void {
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
}

function fields(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}
