/** Below this much memory a function has, as in AWS Lambda, less than one processor, MiB. */
const oneProcessorMb = 1_769;
/** Node with our runtime and an empty heap, its program's resident pages (some 45) included, MiB; measured, rounded up. */
const nodeItselfMb = 80;
/** V8's young generation is at most so many semi-spaces large: two, and one for what is large. */
const semiSpaces = 3;

/**
 * What a container's Node is started with, for containers of `memoryMb` MiB.
 *
 * - The old generation leaves room for what Node has besides V8's heap, its program's own pages included where those count,
 *   and for a full young generation: V8 collects garbage in earnest before the container's limit kills. `memoryMb` is that
 *   limit, the instance's class, also for functions that asked for less.
 * - A young generation of at most a few semi-spaces; V8's own choice, up to 48 MiB, is a fifth of a small container.
 * - Where the processor is `emulated`, V8's two quick compilers are off. All machine code has to be translated once more
 *   before it runs, in each process and each copy of a template; the interpreter's is, and all share it. Measured: user code
 *   in a new container is reached in a third of the time. The compiler for what runs long stays,
 *   and waits longer.
 * - One thread of V8's own instead of four, where there is no processor for more; each counts as a process.
 */
export function nodeFlags(memoryMb: number, emulated = false): readonly string[] {
  const semiSpaceMb = Math.min(16, Math.max(4, Math.floor(memoryMb / 32)));
  const oldSpaceMb = Math.max(64, memoryMb - nodeItselfMb - semiSpaces * semiSpaceMb);
  const quick = emulated
    ? ['--no-sparkplug', '--no-maglev', '--invocation-count-for-turbofan=20000', '--no-short-builtin-calls']
    : [];
  const flags = [...quick, `--max-old-space-size=${oldSpaceMb}`, `--max-semi-space-size=${semiSpaceMb}`];
  return memoryMb < oneProcessorMb ? [...flags, '--v8-pool-size=1'] : flags;
}
