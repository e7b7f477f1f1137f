import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { Qmp } from './qmp.ts';

/** What is kept of what QEMU and the guest's console say, for people, when an instance died. */
const lastWordsBytes = 4_096;
/** File descriptors in QEMU, after standard input, output and error. */
export const fd = { qmp: 3, console: 4, state: 5, channel: (index: number): number => 6 + index } as const;

/** What is to be started. */
export interface QemuSpec {
  readonly args: readonly string[];
  /** Number of virtio-serial channels. */
  readonly channels: number;
  /** `instanceMarks`: how a sweep finds it. QEMU gets no other environment. */
  readonly marks: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** A running QEMU. All that leads to it are socket pairs that it was born with: it has nothing in the file system. */
export interface Qemu {
  readonly pid: number;
  readonly qmp: Qmp;
  /** The device state, on its way in or out. */
  readonly state: Duplex;
  readonly channels: readonly Duplex[];
  /** Resolves when the process is gone, with how it went and its last words. Never rejects. */
  readonly exited: Promise<string>;
  /** SIGKILL: a hung guest does not listen to anything else. Idempotent; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Starts QEMU. Throws if that cannot be done. It dies when the process that started it dies, however that dies. */
export async function startQemu(spec: QemuSpec): Promise<Qemu> {
  const pipes = Array.from({ length: fd.channel(spec.channels) - 3 }, () => 'pipe' as const);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...spec.args], {
    stdio: ['ignore', 'pipe', 'pipe', ...pipes],
    env: { PATH: process.env['PATH'], ...spec.marks },
    cwd: spec.cwd,
  });
  const streams = child.stdio.slice(3).filter((stream) => stream instanceof Duplex);
  const [control, serial, state, ...channels] = streams;
  const words = lastWords([child.stdout, child.stderr, serial]);
  const exited = exitOf(child, words);
  await started(child);
  if (control === undefined || state === undefined || child.pid === undefined)
    throw new Error('Node gave fewer pipes than were asked for.');
  // A reset by a dying QEMU is news that `exited` and the end of the stream bring; without a listener it would be thrown.
  for (const stream of streams) stream.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { pid: child.pid, qmp: new Qmp(control), state, channels, exited, kill };
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new Error('Could not start `setpriv` (package util-linux), which QEMU is started with.', { cause })),
    );
  });
}

function exitOf(child: ChildProcess, words: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', () => resolve('not started'));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const text = words();
      resolve(text === '' ? how : `${how}: ${text}`);
    });
  });
}

interface TextSource {
  setEncoding(encoding: 'latin1'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
}

/** Collects the end of what is printed. What a guest prints is hostile: only plain text is kept. */
function lastWords(sources: readonly (TextSource | null | undefined)[]): () => string {
  let text = '';
  for (const source of sources) {
    source?.setEncoding('latin1');
    source?.on('data', (part) => (text = (text + part).slice(-lastWordsBytes)));
  }
  return () => text.replaceAll(/[^\x20-\x7e\n]/g, '').trim();
}
