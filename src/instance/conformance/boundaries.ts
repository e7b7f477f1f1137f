import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { GuestContainer } from '../guest.ts';
import { call } from '../guest-fixture.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** Leaves traces: a file, a process, a named socket and one in the abstract name space. */
const tracer = `
  import fs from 'node:fs';
  import net from 'node:net';
  import { once } from 'node:events';
  import { spawn } from 'node:child_process';
  const listen = async (path) => { const server = net.createServer((it) => it.end()).listen({ path }); await once(server, 'listening'); };
  export const handler = async (trace) => {
    fs.writeFileSync('/tmp/' + trace, trace);
    await listen('/tmp/' + trace + '.sock');
    await listen('\\0' + trace);
    await once(spawn('sh', ['-c', 'sleep 1000; : ' + trace], { stdio: 'ignore' }), 'spawn');
    return true;
  };`;

/** Looks for them. */
const seeker = `
  import fs from 'node:fs';
  import net from 'node:net';
  const connects = (path) => new Promise((resolve) => net.connect({ path }).on('connect', () => resolve(true)).on('error', () => resolve(false)));
  const commandLine = (pid) => { try { return fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1'); } catch { return ''; } };
  export const handler = async (trace) => ({
    files: ['/tmp', '/dev/shm', '/run', '/var/tmp'].flatMap((folder) => fs.existsSync(folder) ? fs.readdirSync(folder) : []).filter((name) => name.includes(trace)),
    processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && commandLine(name).includes(trace)),
    sockets: [await connects('/tmp/' + trace + '.sock'), await connects('\\0' + trace)],
  });`;

const nothing = { files: [], processes: [], sockets: [false, false] };

/** What is between instances, and between containers of one. */
export function boundaries(subject: Subject): void {
  cleanTest(subject, 'two instances cannot see each other', async () => {
    await using one = await bootGuest(subject);
    await using other = await bootGuest(subject);
    const trace = `trace-${randomUUID()}`;
    const left = await loaded(one.first, tracer);
    assert.equal(await call(left, trace), true);
    assert.deepEqual(await call(await loaded(other.first, seeker), trace), nothing);
  });

  cleanTest(subject, 'two containers of an instance see neither files nor processes of each other', async () => {
    await using booted = await bootGuest(subject);
    const trace = `trace-${randomUUID()}`;
    const left = await loaded(booted.first, tracer);
    assert.equal(await call(left, trace), true);
    const seen = await call(await loaded(booted.second, seeker), trace);
    assert.ok(typeof seen === 'object' && seen !== null && 'files' in seen && 'processes' in seen);
    assert.deepEqual([seen.files, seen.processes], [[], []]);
  });

  cleanTest(
    subject,
    'no two containers draw the same random numbers, and no two instances have the same name',
    async () => {
      const source = `
      import crypto from 'node:crypto';
      import os from 'node:os';
      export const handler = async () => ({ random: [crypto.randomUUID(), crypto.randomBytes(16).toString('hex')], name: os.hostname() });`;
      await using one = await bootGuest(subject);
      await using other = await bootGuest(subject);
      const drawn = async (container: GuestContainer): Promise<unknown> => call(await loaded(container, source));
      const values = await Promise.all([one.first, one.second, other.first, other.second].map(drawn));
      const seen = values.filter(isDrawn);
      assert.equal(new Set(seen.flatMap(({ random }) => random)).size, 8, JSON.stringify(values));
      assert.notEqual(seen[0]?.name, seen[2]?.name);
    },
  );
}

function isDrawn(value: unknown): value is { readonly random: readonly string[]; readonly name: string } {
  return typeof value === 'object' && value !== null && 'random' in value && Array.isArray(value.random);
}
