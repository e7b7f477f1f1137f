import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

const pageBytes = 4_096;

/**
 * The processes of a container as seen from outside: its first process and all that descend from it. Orphans become
 * children of the first one, so that nothing escapes by forking twice. Linux: proc(5), `task/…/children` and `statm`.
 */
export class ProcessTree {
  readonly #root: number;
  /** Open `statm` of each process: reading one again is a single system call, and it can never mean another process. */
  readonly #statm = new Map<number, number>();
  readonly #line: Buffer = Buffer.alloc(128);
  /** Processes and threads, as of the last walk. */
  tasks = 0;

  constructor(root: number) {
    this.#root = root;
  }

  /** Finds the processes there are now. */
  walk(): void {
    const found = new Set<number>();
    this.tasks = 0;
    const open = [this.#root];
    for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
      if (found.has(pid)) continue;
      found.add(pid);
      open.push(...this.#childrenOf(pid));
    }
    for (const pid of found) this.#add(pid);
    for (const pid of this.#statm.keys()) if (!found.has(pid)) this.#remove(pid);
  }

  /**
   * Memory of the known processes, bytes: what each has for itself, and the largest of the shared parts (mapped files,
   * such as the program's own), which most processes of a container have in common.
   */
  residentBytes(): number {
    let own = 0;
    let sharedMax = 0;
    for (const [pid, fd] of this.#statm) {
      const [resident, shared] = this.#read(pid, fd);
      own += resident - shared;
      sharedMax = Math.max(sharedMax, shared);
    }
    return (own + sharedMax) * pageBytes;
  }

  close(): void {
    for (const pid of this.#statm.keys()) this.#remove(pid);
  }

  #childrenOf(pid: number): number[] {
    const children: number[] = [];
    try {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        this.tasks++;
        const list = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1');
        for (const child of list.split(' ')) if (child !== '') children.push(Number(child));
      }
    } catch {
      // It died while we looked.
    }
    return children;
  }

  #read(pid: number, fd: number): [resident: number, shared: number] {
    try {
      const length = readSync(fd, this.#line, 0, this.#line.length, 0);
      const [, resident, shared] = this.#line.toString('latin1', 0, length).split(' ');
      return [Number(resident), Number(shared)];
    } catch {
      this.#remove(pid);
      return [0, 0];
    }
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
  }
}
