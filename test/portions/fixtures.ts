import { untrusted, type PortionPolicy } from '../../src/index.ts';

/** A portion's look around: what it is, and all that it might find. Self-contained, as every portion is. */
export async function look(secretFile: string): Promise<Record<string, unknown>> {
  const { readFileSync, readdirSync } = await import('node:fs');
  const { lookup } = await import('node:dns/promises');
  const { connect } = await import('node:net');
  const failure = async (action: () => unknown): Promise<string> => {
    try {
      return `gave ${String(await action())}`;
    } catch (error) {
      return Object(error).code ?? Object(error).name;
    }
  };
  const connects = (host: string, port: number): Promise<unknown> =>
    new Promise((resolve, reject) => connect({ host, port }, () => resolve('connected')).on('error', reject));
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pid: process.pid,
    processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
    variables: Object.keys(process.env).filter((name) => /KEY|TOKEN|SECRET|HEDDLE_URL|ENDPOINT/.test(name)),
    secretFile: await failure(() => readFileSync(secretFile, 'utf8')),
    tmp: readdirSync('/tmp'),
    shm: readdirSync('/dev/shm'),
    name: await failure(() => lookup('heddle.internal')),
    service: await failure(() => connects('127.64.0.1', 80)),
    outside: await failure(() => connects('192.0.2.1', 80)),
  };
}

/** Asks for a session with the service, as the `heddle` in a thread does; gives what came. */
export function askForSession(): Promise<number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the runtime leaves there
  const { session } = Reflect.get(globalThis, Symbol.for('heddle.thread')) as {
    session: { send(bytes: Uint8Array): void; onBytes(listener: (bytes: Uint8Array) => void): void };
  };
  return new Promise((resolve) => {
    session.onBytes((bytes) => resolve(bytes.length));
    session.send(new Uint8Array([1, 2, 3]));
  });
}

/** Has the runtime around it send these bytes, whatever it gives: code that runs in a process can do that to it. */
export async function forge(bytes: Uint8Array): Promise<number> {
  const { Serializer } = await import('node:v8');
  Serializer.prototype.releaseBuffer = () => Buffer.from(bytes);
  return 1;
}

/** What remembers how often it was called in its process, and where. */
export const counter = `let calls = 0;
export async function count() {
  const { readFileSync } = await import('node:fs');
  calls += 1;
  return { calls, boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
}`;

/** Its interface. */
export interface Counter {
  count(): Promise<{ calls: number; boot: string }>;
}

/** Portions with faults. */
export function faults(policy: PortionPolicy): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    loops: untrusted(
      () => {
        for (;;);
      },
      { ...policy, timeoutMs: 500 },
    ),
    hoards: untrusted(() => {
      const hoard: Buffer[] = [];
      for (;;) hoard.push(Buffer.alloc(16_777_216, 1));
    }, policy),
    dies: untrusted(() => process.kill(process.pid, 'SIGKILL'), policy),
    throws: untrusted(() => {
      throw Object.assign(new TypeError('\u001b[31mred'), { toJSON: () => 'x', secret: process });
    }, policy),
    'gives a promise of a function': untrusted(async () => () => 1, policy),
    'gives too much': untrusted(() => 'x'.repeat(5_000_000), policy),
    'says what it was not asked': untrusted(() => {
      const { port } = Reflect.get(globalThis, Symbol.for('heddle.thread'));
      port.postMessage('hello');
      return new Promise(() => undefined);
    }, policy),
  };
}
