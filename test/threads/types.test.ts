import { test } from 'node:test';
import { attach, spawn, type Remote, type RemoteFunction, type Thread } from '../../src/index.ts';
import type { Work } from './harness.ts';

/** Compiles only if the two are the same type. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the compiler compares types by
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it only has to be true
const holds = <_T extends true>(): void => undefined;

// What must and must not compile; the compiler is the test (npm run check), so that none of it is run.
function compiles(work: Remote<Work>): void {
  const sum = spawn((a: number, b: number) => a + b, [1, 2]);
  holds<Same<typeof sum, Thread<number>>>();
  const later = spawn(async (text: string) => text.length, ['text']);
  holds<Same<typeof later, Thread<number>>>();
  const nothing = spawn(() => undefined, []);
  holds<Same<typeof nothing, Thread<undefined>>>();
  // @ts-expect-error an argument is missing
  spawn((a: number, b: number) => a + b, [1]);
  // @ts-expect-error an argument is of another type
  spawn((a: number) => a, ['text']);
  // @ts-expect-error one argument too many
  spawn((a: number) => a, [1, 2]);
  // @ts-expect-error there is no such option
  spawn(() => 1, [], { memory: 1 });
  // @ts-expect-error no function
  spawn('text', []);

  holds<Same<typeof work.add, RemoteFunction<(a: number, b: number) => number>>>();
  const called = work.add(1, 2);
  holds<Same<typeof called, Promise<number>>>();
  const spawned = work.untilAsked.spawn();
  holds<Same<typeof spawned, Thread<string>>>();
  holds<Same<Awaited<typeof spawned>, string>>();
  // @ts-expect-error a function of two arguments, of which `map` gives one
  work.add.map([1]);
  const onError: 'throw' | 'yield' = Math.random() < 0.5 ? 'throw' : 'yield';
  const either = work.evenOnly.map([1], { onError });
  holds<Same<typeof either, AsyncGenerator<number | Error, void>>>();
  // @ts-expect-error an export that is not there
  void work.nothing;
  // @ts-expect-error an export that is no function
  void work.answer;
  // @ts-expect-error an argument is of another type
  void work.add('1', 2);
  // @ts-expect-error an argument is missing
  work.add.spawn(1);

  const doubled = work.evenOnly.map([1, 2, 3], { concurrency: 2, ordered: false });
  holds<Same<typeof doubled, AsyncGenerator<number, void>>>();
  const settled = work.evenOnly.map(new Set([1]), { onError: 'yield' });
  holds<Same<typeof settled, AsyncGenerator<number | Error, void>>>();
  // @ts-expect-error items of another type
  work.evenOnly.map(['text']);
  // @ts-expect-error nothing to iterate over
  work.evenOnly.map(7);
  // @ts-expect-error there is no such way to go about failures
  work.evenOnly.map([1], { onError: 'ignore' });

  const rows = work.countUp.stream(0, 1);
  holds<Same<typeof rows, AsyncGenerator<number, void>>>();
  const never = work.add.stream(1, 2);
  holds<Same<typeof never, AsyncGenerator<never, void>>>();
  // @ts-expect-error an argument is missing
  work.countUp.stream();

  const attached = attach<string>('id');
  holds<Same<typeof attached, Thread<string>>>();
}
void compiles;

test('types are checked by the compiler', () => undefined);
