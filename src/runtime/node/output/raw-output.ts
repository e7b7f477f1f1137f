/** Functions of Node's `fs` binding whose first argument says where text goes, by descriptor or by name. */
const writes = ['writeBuffer', 'writeBuffers', 'writeString', 'writeFileUtf8'];
const opens = ['open', 'openFileHandle'];
const outputNames = new Set(
  ['/dev/stdout', '/dev/stderr'].concat(
    ['/dev/fd', '/proc/self/fd'].flatMap((folder) => [`${folder}/1`, `${folder}/2`]),
  ),
);

const { apply, get, set } = Reflect;

/**
 * Knows whether user code may have printed to file descriptors 1 and 2 itself, or by a program that it started: then an
 * invocation's log is only whole when the agent has passed on what lies in the pipe.
 *
 * It looks where every way of Node's public interface ends, in Node's own bindings: functions replaced in `fs` would be
 * missed by ES modules, streams and `fs/promises`. Native code and worker threads go unseen: what they print may come late.
 */
export class RawOutput {
  #seen = false;
  /** Programs that run now, and descriptors that were opened for good: they may print at any time. */
  #sources = 0;

  /** Whether something may have been printed since {@link clear}. */
  get possible(): boolean {
    return this.#seen || this.#sources > 0;
  }

  clear(): void {
    this.#seen = false;
  }

  /** To be called once, in a process of its own. Where a Node has other bindings, nothing is seen. */
  watch(): void {
    const fs = bindingOf('fs');
    for (const name of writes) before(fs, name, (_, to) => (this.#seen ||= to === 1 || to === 2 || isOutput(to)));
    for (const name of opens) before(fs, name, (_, path) => isOutput(path) && this.#sources++);
    before(bindingOf('spawn_sync'), 'spawn', () => (this.#seen = true));
    const program: unknown = get(bindingOf('process_wrap'), 'Process');
    if (typeof program === 'function') before(get(program, 'prototype'), 'spawn', (handle) => this.#follow(handle));
  }

  /** Counts a program until it has ended. One that cannot be started ends at once. */
  #follow(handle: object): void {
    this.#seen = true;
    this.#sources++;
    before(handle, 'onexit', () => {
      this.#sources--;
      this.#seen = true;
    });
  }
}

function isOutput(path: unknown): boolean {
  return typeof path === 'string' && outputNames.has(path);
}

function bindingOf(name: string): object {
  const node: object = process;
  const found: unknown = 'binding' in node && typeof node.binding === 'function' ? node.binding(name) : undefined;
  return typeof found === 'object' && found !== null ? found : {};
}

/** Has `look` called before each call of a method, with what it is called on and its first argument. */
function before(object: object, name: string, look: (self: object, first: unknown) => unknown): void {
  const method: unknown = get(object, name);
  if (typeof method !== 'function') return;
  set(object, name, function (this: object, ...args: unknown[]): unknown {
    look(this, args[0]);
    return apply(method, this, args);
  });
}
