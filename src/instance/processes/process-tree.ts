import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { childrenOf, killAll, processesMarked, sendKill } from './processes.ts';

/** What is kept of what an instance's processes print on the host: for people, when it died. */
const lastWordsBytes = 4_096;

/** What is to be started. */
export interface TreeSpec {
  readonly command: readonly [program: string, ...args: string[]];
  /** Put into its environment, to know its processes again: `instanceMarks`. */
  readonly marks: Readonly<Record<string, string>>;
  /** Unix socket pairs; the process finds its end of number n as file descriptor 3 + n. */
  readonly channels: number;
  readonly cwd: string;
}

/** How a tree ended, for people. */
export interface TreeExit {
  /** `exit code 3`, `signal SIGKILL`, with the last words if there were any. */
  readonly detail: string;
}

/**
 * Processes on the host that live and die together: all in one pid namespace, whose end the kernel makes sure of. It ends
 * when its first process ends, when `kill` is called, and when the service dies, however it dies.
 *
 * Processes on the host are this room's; all drivers call it. `startTree` starts those that gVisor and `host` make an instance of
 * (`tree-instance.ts`), `processes.ts` finds, measures and kills any, and `sweep.ts` destroys at the start of a service what an earlier one left.
 */
export interface ProcessTree {
  /** Of the outermost process on the host. */
  readonly pid: number;
  /** The host's ends. */
  readonly channels: readonly Duplex[];
  /** Resolves when no process of it is left. Never rejects. */
  readonly exited: Promise<TreeExit>;
  /** Idempotent. */
  kill(): Promise<void>;
}

/**
 * Starts a tree. Rejects if the program cannot be started.
 *
 * `setpriv` has the kernel kill `unshare` when the service dies, `unshare --kill-child` carries that into the namespace,
 * and there the kernel kills the rest. `unshare` returns only when the namespace is empty, so its exit is the news we want.
 * As an ordinary user this takes a user namespace, in which we appear as root: only its owner's rights are behind that.
 */
export async function startTree(spec: TreeSpec): Promise<ProcessTree> {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const unshare = ['unshare', ...asUser, '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, ...spec.command], {
    cwd: spec.cwd,
    // A session of its own: Ctrl-C at a terminal is for the service, which then ends its instances in good order.
    detached: true,
    // Nothing else is inherited from the service, whose environment may hold secrets.
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', ...spec.marks },
    stdio: ['ignore', 'pipe', 'pipe', ...Array.from({ length: spec.channels }, () => 'pipe' as const)],
  });
  const lastWords = listen(child);
  const exit = exitOf(child, spec);
  const pid = await pidOf(child);
  return {
    pid,
    channels: channelsOf(child),
    exited: exit.then((how) => ({ detail: [how, lastWords()].filter((text) => text !== '').join(': ') })),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // The first process in the namespace, so that `unshare` is there to see the end of it all.
      const [first = pid] = await childrenOf(pid);
      sendKill(first);
    },
  };
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => (child.pid === undefined ? reject(new Error('No process id.')) : resolve(child.pid)));
    child.once('error', (cause) =>
      reject(
        new Error('Could not start `setpriv` (package util-linux), which every instance is started with.', { cause }),
      ),
    );
  });
}

function exitOf(child: ChildProcess, spec: TreeSpec): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', () => resolve('not started'));
    child.once('exit', (code, signal) => {
      if (signal === null) resolve(`exit code ${code}`);
      // Somebody killed `unshare` itself. The kernel kills the rest, but nobody waited for it.
      else
        void killMarked(spec.marks).then(
          () => resolve(`signal ${signal}`),
          (error) => resolve(`signal ${signal}, and ${error}`),
        );
    });
  });
}

async function killMarked(marks: Readonly<Record<string, string>>): Promise<void> {
  const left = await processesMarked(marks);
  await killAll(left.map(({ pid }) => pid));
}

function channelsOf(child: ChildProcess): Duplex[] {
  return child.stdio.slice(3).map((stream) => {
    if (!(stream instanceof Duplex)) throw new Error('Node gave no socket for a channel.');
    // A reset by a dying peer is news that `exited` and the end of the stream bring; without a listener it would be thrown.
    stream.on('error', () => undefined);
    return stream;
  });
}

/** Collects the end of what the processes print. What a guest prints is hostile: only plain text is kept. */
function listen(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('latin1').on('data', (part: string) => (text = (text + part).slice(-lastWordsBytes)));
  // util-linux 2.38 says this when what it waited for was killed.
  const noise = 'unshare: sigprocmask unblock failed: Invalid argument';
  return () =>
    text
      .replaceAll(/[^\x20-\x7e\n]/g, '?')
      .replace(noise, '')
      .trim();
}
