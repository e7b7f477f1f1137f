import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeFileName, type CodeBundle } from '../../model/functions/code.ts';
import { runTool } from '../../image/tool.ts';
import { runFolder, type Places } from '../places.ts';

/** Images that are kept; another one is made again when it is wanted. */
const keptMax = 32;

/**
 * SquashFS images of code of many files, which guests mount: to write thousands of files takes an emulated guest seconds, and others as long as all of
 * them lie on the wire. Each is made once while it is kept, and is gone with what else the service has for instances.
 */
export class CodeImages {
  readonly #folder: string;
  readonly #made = new Map<string, Promise<string>>();

  constructor(places: Pick<Places, 'home'>) {
    this.#folder = join(runFolder(places), 'code-images');
  }

  /** The image of a bundle that has a folder on the host. Rejects where it cannot be made. */
  async of({ sha256, takeTree }: CodeBundle): Promise<Uint8Array> {
    const made = this.#made.get(sha256) ?? this.#make(codeFileName(sha256), takeTree);
    // The one that was used last is the last.
    this.#made.delete(sha256);
    this.#made.set(sha256, made);
    made.catch(() => this.#made.delete(sha256));
    const [[oldest, old] = []] = this.#made;
    if (this.#made.size > keptMax && oldest !== undefined) {
      this.#made.delete(oldest);
      void old?.then((path) => rm(dirname(path), { recursive: true, force: true }));
    }
    return await readFile(await made);
  }

  /** Removes them all. They are made again where they are wanted. */
  async clear(): Promise<void> {
    this.#made.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #make(name: string, takeTree: CodeBundle['takeTree']): Promise<string> {
    if (takeTree === undefined) throw new Error(`The code ${name} has no folder on the host.`);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const tree = await takeTree();
    const made = await mkdtemp(join(this.#folder, `${name}-`));
    try {
      const options = ['-all-root', '-no-xattrs', '-comp', 'zstd', '-Xcompression-level', '3', '-all-time', '0'];
      await runTool('mksquashfs', [tree, join(made, 'image'), ...options, '-no-progress', '-quiet']);
      return join(made, 'image');
    } finally {
      await rm(tree, { recursive: true, force: true });
    }
  }
}
