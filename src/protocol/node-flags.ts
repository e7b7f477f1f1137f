import { limits } from '../model/limits.ts';

/** MiB. Rarely more of a function's young objects than this live at a time; V8's own choice is sixteen for every size. */
const semiSpaceMbMax = 16;
/** MiB. What a function of less than half a GiB keeps: V8 begins with it, and `fitHeap` (runtime) says that it is not to grow. */
const semiSpaceMbMin = 4;

/**
 * What a blank container's Node is started with. Nobody knows yet whose it will be: without `heapMb` all of this fits functions of any size, and
 * what depends on the size is said later, as far as V8 listens then (runtime/node/resources/heap.ts, docs/decisions/0016).
 *
 * - The old generation may take all that the largest function has: its limit cannot be changed any more. The container's own kills.
 * - The young generation begins at a size that suits small functions, and is touched only as far as it is used.
 * - Where the processor is `emulated`, V8's two quick compilers are off. All machine code has to be translated once more
 *   before it runs, in each process and each copy of a template; the interpreter's is, and all share it. Measured: user code
 *   in a new container is reached in a third of the time. The compiler for what runs long stays,
 *   and waits longer. Its builtins are called where the program has them, not in a copy near the code.
 *   V8 does not collect garbage in earnest eight seconds after something was: that is 100 ms and more of the guest's one processor, in which
 *   first calls in other containers would wait. What a guest's kernel gets back never comes back to the host.
 * - One thread of V8's own instead of four: each counts as a process of the container.
 */
export function nodeFlags(emulated = false, heapMb?: number): readonly string[] {
  return [
    ...(emulated ? emulatedFlags : []),
    ...(heapMb === undefined ? anySize : smallSize(heapMb)),
    '--v8-pool-size=1',
  ];
}

/**
 * What a Node is started with that is one function's from its start: V8 knows its size. What the function's own `NODE_OPTIONS` say is left
 * to them, as these would win.
 */
export function ownNodeFlags(memoryMb: number, nodeOptions: string): readonly string[] {
  const given = nodeOptions.replaceAll('_', '-');
  return [...smallSize(memoryMb), '--v8-pool-size=1'].filter(
    (flag) => !given.includes(flag.slice(0, flag.indexOf('='))),
  );
}

/** Each is explained above. */
const emulatedFlags = [
  ...['--no-sparkplug', '--no-maglev', '--invocation-count-for-turbofan=20000'],
  ...['--no-short-builtin-calls', '--no-memory-reducer'],
];

const anySize = [
  `--max-old-space-size=${limits.functionMemoryMbMax}`,
  `--min-semi-space-size=${semiSpaceMbMin}`,
  `--max-semi-space-size=${semiSpaceMbMax}`,
];

/** Node with our runtime and an empty heap, its program's resident pages (some 45) included, as those count on some drivers, MiB. */
const nodeItselfMb = 80;
/** V8's young generation is at most so many semi-spaces large: two, and one for what is large. */
const semiSpaces = 3;

/** V8 collects garbage in earnest before the container's limit kills: there is room for Node itself and for a full young generation. */
function smallSize(heapMb: number): readonly string[] {
  const semiSpaceMb = heapMb < 256 ? 2 : Math.min(semiSpaceMbMax, Math.floor(heapMb / 32));
  const oldSpaceMb = heapMb - nodeItselfMb - semiSpaces * semiSpaceMb;
  // It begins at what it is to keep: from V8's own first size, 1 MiB, it would never grow, and calls cost more than twice as much.
  const firstMb = Math.min(semiSpaceMb, semiSpaceMbMin);
  return [
    `--max-old-space-size=${oldSpaceMb}`,
    `--min-semi-space-size=${firstMb}`,
    `--max-semi-space-size=${semiSpaceMb}`,
  ];
}
