import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Guests have it; Node cannot mount. */
const busybox = '/usr/bin/busybox';

/**
 * Mounts folders and images of code onto containers' code folders. A container is made before its code is known, with a mount namespace of its own;
 * what is mounted here later shows in there, because the file system that the code folders are on is shared, and bubblewrap makes what it
 * binds a slave of it. A mount of what is mounted read-only is read-only.
 *
 * A small shell waits for what is to be mounted: to start a program from a process as large as an agent takes 15 to 200 ms in gVisor.
 */
export class CodeMounts {
  /** Resolves when containers can be made that will see what is mounted later. */
  readonly ready: Promise<void>;
  readonly #shell = spawn(busybox, ['sh'], { stdio: ['pipe', 'pipe', 'pipe'] });
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  /** By folder, what is mounted there or in there. */
  readonly #mounted = new Map<string, readonly string[]>();
  #words = '';

  /** `shared`: the mount that the code folders are on. */
  constructor(shared: string) {
    const end = (): void => {
      for (const one of this.#waiting.splice(0))
        one.reject(new Error(`The shell that mounts has ended: ${this.#words}`));
    };
    this.#shell.on('error', end).on('exit', end);
    this.#shell.stdin.on('error', () => undefined);
    this.#shell.stderr.on('data', (data: Buffer) => (this.#words = data.toString('utf8').trim().slice(-300)));
    createInterface(this.#shell.stdout).on('line', (line) => {
      const one = this.#waiting.shift();
      if (line === '0') one?.resolve();
      else one?.reject(new Error(`Code could not be mounted or unmounted: ${this.#words}`));
    });
    this.ready = this.#run([['mount', '--make-shared', shared]]);
    // Whoever waits for it is told.
    this.ready.catch(() => undefined);
  }

  async mount(from: string, to: string): Promise<void> {
    this.#mounted.set(to, [to]);
    await this.#run([['mount', '--bind', from, to]]);
  }

  /** Mounts what is in a folder into another one, beside what is there: that stays, and hides what has its name. */
  async mountInside(from: string, to: string): Promise<void> {
    const there = readdirSync(to);
    const all = readdirSync(from, { withFileTypes: true }).filter(({ name }) => !there.includes(name));
    const mounted: string[] = [];
    for (const one of all) {
      const [source, place] = [join(from, one.name), join(to, one.name)];
      // A link is what it says, and cannot be mounted.
      if (one.isSymbolicLink()) symlinkSync(readlinkSync(source), place);
      else if (one.isDirectory()) mkdirSync(place);
      else writeFileSync(place, '');
      if (!one.isSymbolicLink()) mounted.push(one.name);
    }
    if (mounted.length === 0) return;
    this.#mounted.set(
      to,
      mounted.map((name) => join(to, name)),
    );
    await this.#run(mounted.map((name) => ['mount', '--bind', join(from, name), join(to, name)]));
  }

  /** Mounts an image of code, read-only. The loop device goes with its last mount, and has the file until then. */
  async mountImage(image: string, to: string): Promise<void> {
    this.#mounted.set(to, [to]);
    await this.#run([['mount', '-t', 'squashfs', '-o', 'loop,ro,nosuid,nodev', image, to]]);
  }

  /** Undefined where nothing is mounted there. */
  unmount(folder: string): Promise<void> | undefined {
    const places = this.#mounted.get(folder);
    this.#mounted.delete(folder);
    return places === undefined ? undefined : this.#run([['umount', ...places]]);
  }

  /** Each, as far as the one before it went well. */
  #run(commands: readonly (readonly string[])[]): Promise<void> {
    const one = Promise.withResolvers<void>();
    if (this.#shell.exitCode !== null) one.reject(new Error(`The shell that mounts has ended: ${this.#words}`));
    else {
      this.#waiting.push(one);
      const words = commands.map((command) => [busybox, ...command].map(quoted).join(' '));
      this.#shell.stdin.write(`${words.join(' && ')}; echo $?\n`);
    }
    return one.promise;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
