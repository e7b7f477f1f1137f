import { limits } from '../model/limits.ts';

/** MiB. Rarely more of a function's young objects than this live at a time; V8's own choice is sixteen for every size. */
const semiSpaceMbMax = 16;
/** MiB. What a function of less than half a GiB keeps: V8 begins with it, and `fitHeap` (runtime) says that it is not to grow. */
const semiSpaceMbMin = 4;

/**
 * What a blank container's Node is started with. Nobody knows yet whose it will be: all of this fits functions of any size, and
 * what depends on the size is said later, as far as V8 listens then (runtime/node/heap.ts, docs/decisions/0016).
 *
 * - The old generation may take all that the largest function has: its limit cannot be changed any more. The container's own kills.
 * - The young generation begins at a size that suits small functions, and is touched only as far as it is used.
 * - Where the processor is `emulated`, V8's two quick compilers are off. All machine code has to be translated once more
 *   before it runs, in each process and each copy of a template; the interpreter's is, and all share it. Measured: user code
 *   in a new container is reached in a third of the time. The compiler for what runs long stays,
 *   and waits longer. Its builtins are called where the program has them, not in a copy near the code.
 * - One thread of V8's own instead of four: each counts as a process of the container.
 */
export function nodeFlags(emulated = false): readonly string[] {
  const quick = ['--no-sparkplug', '--no-maglev', '--invocation-count-for-turbofan=20000', '--no-short-builtin-calls'];
  return [
    ...(emulated ? quick : []),
    `--max-old-space-size=${limits.functionMemoryMbMax}`,
    `--min-semi-space-size=${semiSpaceMbMin}`,
    `--max-semi-space-size=${semiSpaceMbMax}`,
    '--v8-pool-size=1',
  ];
}
