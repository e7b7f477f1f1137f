import { closeSync, openSync, readdirSync, readFileSync, readSync, statfsSync } from 'node:fs';
import { mappedFilesKib } from '../../protocol/mapped-files.ts';

const pageBytes = 4_096;
/** How much more a process may hold before it is counted again how much of that is mapped files, pages. */
const recountPages = 2_048;

/**
 * The processes of a container as seen from outside: its first process and all that descend from it. Orphans become
 * children of the first one, so that nothing escapes by forking twice. Linux: proc(5), `task/…/children` and `statm`.
 */
export class ProcessTree {
  readonly #root: number;
  /** Open `statm` of each process: reading one again is a single system call, and it can never mean another process. */
  readonly #statm = new Map<number, number>();
  readonly #line: Buffer = Buffer.alloc(128);
  /** Where `statm` does not say it: pages of mapped files, and how many pages the process had when that was counted. */
  readonly #mapped = new Map<number, { readonly resident: number; readonly files: number }>();
  /** Processes and threads, as of the last walk. */
  tasks = 0;
  /** The file systems in memory that the container can write to, and that count as its memory. */
  memoryFolders: readonly string[] = ['tmp', 'dev/shm'];
  /** The most that its processes had for themselves when `residentBytes` was asked. */
  ownBytesMax = 0;
  /** What they had for themselves when it was asked last, and files that count as memory. */
  takenBytes = 0;
  /** What lies in the container's own file systems, which are memory; as of the last walk. */
  #fileBytes = 0;

  constructor(root: number) {
    this.#root = root;
  }

  /** The processes known, as of the last walk. */
  get pids(): Iterable<number> {
    return this.#statm.keys();
  }

  /** Finds the processes there are now. In gVisor this takes some hundred system calls of the kind that are slow there. */
  walk(): void {
    const found = new Set<number>();
    const seen = new Set<number>();
    const open = [this.#root];
    for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
      if (seen.has(pid)) continue;
      const threads = threadsOf(pid);
      // gVisor lists every thread of a child, not only the child: they are one process, named by the first of them.
      for (const thread of threads) seen.add(thread);
      if (threads.length > 0) found.add(Math.min(...threads));
      for (const thread of threads) open.push(...childrenOf(pid, thread));
    }
    this.tasks = seen.size;
    this.#fileBytes = usedBytes(this.#root, this.memoryFolders);
    for (const pid of found) this.#add(pid);
    for (const pid of this.#statm.keys()) if (!found.has(pid)) this.#remove(pid);
  }

  /** The same where it is known that there are no others than at the last walk: only their threads are counted. */
  recount(): void {
    this.tasks = 0;
    for (const pid of this.#statm.keys()) this.tasks += threadsOf(pid).length;
    this.#fileBytes = usedBytes(this.#root, this.memoryFolders);
  }

  /**
   * Memory of the known processes, bytes: what each has for itself, and the largest of the shared parts (mapped files,
   * such as the program's own), which most processes of a container have in common; and the files it keeps in memory.
   */
  residentBytes(): number {
    let own = 0;
    let sharedMax = 0;
    for (const [pid, fd] of this.#statm) {
      const [resident, shared] = this.#read(pid, fd);
      own += resident - shared;
      sharedMax = Math.max(sharedMax, shared);
    }
    this.takenBytes = own * pageBytes + this.#fileBytes;
    this.ownBytesMax = Math.max(this.ownBytesMax, own * pageBytes);
    return (own + sharedMax) * pageBytes + this.#fileBytes;
  }

  close(): void {
    for (const pid of this.#statm.keys()) this.#remove(pid);
  }

  #read(pid: number, fd: number): [resident: number, shared: number] {
    try {
      const length = readSync(fd, this.#line, 0, this.#line.length, 0);
      const [, first, second] = this.#line.toString('latin1', 0, length).split(' ');
      const [resident, shared] = [Number(first), Number(second)];
      return shared === 0 ? [resident - this.#mappedFiles(pid, resident), 0] : [resident, shared];
    } catch {
      this.#remove(pid);
      return [0, 0];
    }
  }

  /**
   * gVisor counts mapped files as resident, whole: 100 MiB for Node's program, though they lie in the host's memory, once
   * for all instances. Its `statm` does not tell them apart. `smaps` does, but takes milliseconds.
   */
  #mappedFiles(pid: number, resident: number): number {
    const known = this.#mapped.get(pid);
    if (known !== undefined && resident - known.resident < recountPages) return known.files;
    const files = (mappedFilesKib(readFileSync(`/proc/${pid}/smaps`, 'latin1')) * 1_024) / pageBytes;
    this.#mapped.set(pid, { resident, files });
    return files;
  }

  #add(pid: number): void {
    if (this.#statm.has(pid)) return;
    try {
      this.#statm.set(pid, openSync(`/proc/${pid}/statm`, 'r'));
    } catch {
      // It died while we looked.
    }
  }

  #remove(pid: number): void {
    const fd = this.#statm.get(pid);
    if (fd !== undefined) closeSync(fd);
    this.#statm.delete(pid);
    this.#mapped.delete(pid);
  }
}

/** The processes that there are, by their numbers, in one word. */
export function processesNow(): string {
  return readdirSync('/proc')
    .filter((name) => name >= '0' && name < ':')
    .join();
}

function usedBytes(pid: number, folders: readonly string[]): number {
  let bytes = 0;
  for (const folder of folders) {
    try {
      const { bsize, blocks, bfree } = statfsSync(`/proc/${pid}/root/${folder}`);
      bytes += (blocks - bfree) * bsize;
    } catch {
      // It died while we looked, or this kernel does not show us: then those file systems' own sizes are the limit.
    }
  }
  return bytes;
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // it died while we looked
  }
}

function childrenOf(pid: number, thread: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1');
    return list
      .split(' ')
      .filter((text) => text.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}
