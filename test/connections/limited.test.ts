import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { relayScript } from '../../src/agent/relay/relay-script.ts';
import { RelayLink } from '../../src/instance/relay/relay-link.ts';
import type { Destination } from '../../src/model/network.ts';
import { addressAnswer, parseQuestion } from '../../src/protocol/dns/message.ts';

/** What a kernel can be without, as this one does not let the relay have it. */
const lacking = {
  nothing: [],
  nf_tables: ['nf_tables'],
  'nf_tables and iptables': ['nf_tables', 'iptables'],
} as const;
type Way = 'nf_tables' | 'iptables';

/** A filter of system calls (`struct sock_filter`, linux/filter.h) that refuses ways to a kernel's packet filters. */
function filterOf(refused: readonly Way[]): Buffer {
  const [load, equal, give] = [0x20, 0x15, 0x06];
  const [allow, refuse] = [0x7fff0000, 0x00050001];
  const [number, first, second, third] = [0, 16, 24, 32];
  const never = 0xffffffff;
  const program: readonly (readonly [code: number, yes: number, no: number, value: number])[] = [
    [load, 0, 0, number],
    [equal, 2, 0, refused.includes('nf_tables') ? 41 : never], // socket
    [equal, 6, 0, refused.includes('iptables') ? 54 : never], // setsockopt
    [give, 0, 0, allow],
    [load, 0, 0, first],
    [equal, 0, 8, 16], // AF_NETLINK
    [load, 0, 0, third],
    [equal, 5, 6, 12], // NETLINK_NETFILTER
    [give, 0, 0, allow],
    [load, 0, 0, second],
    [equal, 0, 3, 0], // IPPROTO_IP
    [load, 0, 0, third],
    [equal, 0, 1, 64], // IPT_SO_SET_REPLACE
    [give, 0, 0, refuse],
    [give, 0, 0, allow],
  ];
  const bytes = Buffer.alloc(8 * program.length);
  program.forEach(([code, yes, no, value], index) => {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(yes, 8 * index + 2);
    bytes.writeUInt8(no, 8 * index + 3);
    bytes.writeUInt32LE(value, 8 * index + 4);
  });
  return bytes;
}

/** A program in a network of its own: asks for a name and connects, or connects to an address; says what came of it. */
const inside = `
  import net from 'node:net';
  import { Resolver } from 'node:dns/promises';
  import { createInterface } from 'node:readline';
  const resolver = new Resolver();
  resolver.setServers(['127.0.0.1']);
  const reach = (host, port) => new Promise((resolve) => {
    const socket = net.connect({ host, port }).on('error', ({ code }) => resolve(code)).on('data', (data) => resolve(String(data)));
    socket.on('end', () => resolve('end'));
  });
  const server = net.createServer((socket) => socket.end('my own')).listen(8080, '0.0.0.0', () => console.log('"ready"'));
  for await (const line of createInterface(process.stdin)) {
    const { name, address, port } = JSON.parse(line);
    const [host] = address === undefined ? await resolver.resolve4(name).catch(({ code }) => [code]) : [address];
    console.log(JSON.stringify(/^[A-Z]/.test(host) ? host : await reach(host, port)));
  }
`;

interface Rig extends AsyncDisposable {
  readonly limits: string[];
  readonly connected: string[];
  /** What the program in there says of it. */
  reach(what: { readonly name?: string; readonly address?: string; readonly port: number }): Promise<unknown>;
}

const own = ['--bind', '/', '/', '--dev-bind', '/dev', '/dev', '--proc', '/proc', '--die-with-parent'];

/** A relay that is refused some ways into the kernel, and a container of its. */
async function start(refused: readonly Way[], users: 'shared' | 'own'): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-limited-'));
  await writeFile(join(folder, 'filter'), filterOf(refused));
  await writeFile(join(folder, 'inside.mjs'), inside);
  await using filter = await open(join(folder, 'filter'));
  const relay = spawn(
    'bwrap',
    [...own, '--cap-add', 'ALL', '--seccomp', '4', '--', 'perl', '-e', relayScript, 'linux', users],
    { stdio: ['pipe', 'pipe', 'inherit', 'pipe', filter.fd] },
  );
  const program = spawn(
    'bwrap',
    [
      ...own,
      ...(users === 'own' ? ['--unshare-user'] : []),
      '--unshare-net',
      '--info-fd',
      '3',
      '--',
      process.execPath,
      join(folder, 'inside.mjs'),
    ],
    { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] },
  );
  const channel = relay.stdio[3];
  assert.ok(channel instanceof Socket);
  const limits: string[] = [];
  const connected: string[] = [];
  const says = linesOf(program);
  const link = new RelayLink(channel, {
    onConnection: (_container, to, connection) => {
      connected.push(textOf(to));
      connection.end('carried');
    },
    onQuery: (container, message, answer) => {
      const question = parseQuestion(message) ?? assert.fail('no question');
      const address = Uint8Array.of(127, 64, 0, 2);
      if (limits.length > 0) link.listen(container, address, [80, 5_432, 8_080]);
      answer(addressAnswer(question, address, 60));
    },
    onRefused: () => undefined,
    onLimited: (reason) => limits.push(reason),
    onEnd: () => undefined,
  });
  assert.equal(await says(), '"ready"');
  const relaySays = linesOf(relay);
  relay.stdin?.write(`container 1 ${await pidOf(program)}\n`);
  assert.equal(await relaySays(), 'ok');
  return {
    limits,
    connected,
    reach: async (what) => {
      program.stdin?.write(`${JSON.stringify(what)}\n`);
      return JSON.parse(await says());
    },
    [Symbol.asyncDispose]: async () => {
      const ended = [relay, program].map((child) => once(child, 'exit'));
      program.kill('SIGKILL');
      relay.stdin?.end();
      await Promise.all(ended);
      link.close();
      await rm(folder, { recursive: true });
    },
  };
}

function linesOf({ stdout }: ChildProcess): () => Promise<string> {
  assert.ok(stdout !== null);
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done === true ? assert.fail('It said nothing.') : value;
  };
}

async function pidOf(program: ChildProcess): Promise<string> {
  let text = '';
  const info = program.stdio[3];
  assert.ok(info instanceof Socket);
  for await (const chunk of info) {
    text += String(chunk);
    const [, pid] = /"child-pid": (\d+)/.exec(text) ?? [];
    if (pid !== undefined) return pid;
  }
  return assert.fail('bubblewrap told of no child.');
}

function textOf({ address, port }: Destination): string {
  return `${address.join('.')}:${port}`;
}

describe('A kernel that leads no connections', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  for (const [what, refused] of Object.entries(lacking))
    for (const users of ['shared', 'own'] as const)
      test(`without ${what}, names are reached all the same, users ${users}`, async () => {
        await using rig = await start(refused, users);
        assert.equal(await rig.reach({ name: 'db.lan', port: 5_432 }), 'carried');
        assert.equal(await rig.reach({ name: 'other.lan', port: 80 }), 'carried');
        assert.deepEqual(rig.connected, ['127.64.0.2:5432', '127.64.0.2:80']);
        // What is a server of its own stays so.
        assert.equal(await rig.reach({ address: '127.0.0.1', port: 8_080 }), 'my own');
        const literal = await rig.reach({ address: '93.184.216.34', port: 8_080 });
        const unlikely = await rig.reach({ name: 'db.lan', port: 9_999 });
        if (refused.length < 2) {
          assert.deepEqual([literal, unlikely], ['carried', 'carried']);
          assert.deepEqual(rig.limits, []);
          return;
        }
        // Refused at once, and never its own server instead.
        assert.deepEqual([literal, unlikely], ['ENETUNREACH', 'ECONNREFUSED']);
        assert.match(rig.limits.join('\n'), /nf_tables.*not permitted.*iptables.*not permitted/);
      });

  test('is told of by the probe of the host driver', async () => {
    assert.deepEqual(await probed([]), { works: true, evidence: 'A guest was started and answered.' });
    const { works, evidence = '', remedy } = await probed(['nf_tables', 'iptables']);
    assert.equal(works, true);
    assert.match(evidence, /names on their usual ports only.*nf_tables.*not permitted/);
    assert.match(remedy ?? '', /modprobe nf_tables/);
  });
});

/** What the probe finds on such a machine. */
async function probed(refused: readonly Way[]): Promise<{ works?: boolean; evidence?: string; remedy?: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-limited-'));
  await writeFile(join(folder, 'filter'), filterOf(refused));
  await using filter = await open(join(folder, 'filter'));
  const probe = new URL('../../src/instance/host/probe.ts', import.meta.url).href;
  const text = `import { probeHost } from ${JSON.stringify(probe)};
    const { works, evidence, remedy } = await probeHost(new AbortController().signal);
    console.log(JSON.stringify({ works, evidence, remedy }));`;
  const child = spawn('bwrap', [...own, '--cap-add', 'ALL', '--seccomp', '3', '--', process.execPath, '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit', filter.fd],
  });
  const said = await linesOf(child)();
  await rm(folder, { recursive: true });
  return JSON.parse(said);
}
