import { callerCode } from './prediction/caller-code.ts';
import type { Row } from './row.ts';
import { deployCode } from './service/functions.ts';
import { invoke } from './service/invoke.ts';
import { type BenchService, type ServiceOptions, startService } from './service/service.ts';
import { median } from './statistics.ts';

const chain = ['chain-a', 'chain-b', 'chain-c', 'chain-d', 'chain-e'];
const others = ['other-1', 'other-2', 'other-3', 'other-4', 'other-5', 'other-6'];
/** Containers end after so long, and blank ones are made in their place in the gap; what was prepared ends a second and a half after it was due. */
const idle = '250ms';
const learned = 4;

/** How something that was called started. */
interface Started {
  readonly path: string;
  readonly ms: number;
}

/** One request, and what was called because of it. */
interface Seen {
  readonly totalMs: number;
  readonly behind: readonly Started[];
}

interface Subject {
  readonly name: 'on' | 'off';
  readonly service: BenchService;
}

/** Functions that call each other and have no container, with prediction and without, in turns: what of their starts is ahead of them. */
export const predictionRow: Row = {
  name: 'prediction',
  about: 'cold functions in a chain: what of the starts behind the first is prepared, and what in vain',
  run: async function* ({ builds: [build], driver, full, note }) {
    if (build === undefined) return;
    await using stack = new AsyncDisposableStack();
    const functions = chain.map((name, at) => [name, callerCode(chain[at + 1], 20)] as const);
    const subjects = await startBoth(stack, { build, driver }, functions);
    const rounds = full ? 50 : 25;
    const seen = await run(subjects, { root: chain[0] ?? '', rounds, gapMs: 4_000, payload: () => ({}) });
    const [on, off] = [coldOf(seen, 'on'), coldOf(seen, 'off')];
    yield { what: 'starts behind the first that were not reused-container', unit: '', values: { on, off } };
    yield { what: 'of these, spared by prediction', unit: '', values: { heddle: 1 - on / off } };
    const startMs = (name: string): number => median(behindOf(seen.seen, name).map(({ ms }) => ms));
    yield {
      what: 'start of those behind the first, p50',
      unit: 'ms',
      values: { on: startMs('on'), off: startMs('off') },
    };
    yield { what: 'whole request, p50', unit: 'ms', values: tookBy(seen) };
    const inVain = seen.wasted / Math.max(1, seen.used);
    yield { what: 'prepared in vain for each that was of use', unit: '', values: { heddle: inVain } };
    for (const { name } of subjects) note(`${name}: ${pathsOf(seen, name)}`);
    note(
      `${seen.used} prepared containers were used, ${seen.wasted} were not; ${rounds} requests, and ${learned} before them.`,
    );
  },
};

/** The same where chance decides what is called: what prediction costs who cannot be foreseen. */
export const chanceRow: Row = {
  name: 'prediction-by-chance',
  about: 'cold functions that are called by chance: what prediction costs them',
  run: async function* ({ builds: [build], driver, full, note }) {
    if (build === undefined) return;
    await using stack = new AsyncDisposableStack();
    const called = [...others, 'chance-b'].map((name) => [name, callerCode(undefined, 0)] as const);
    const callers = ['any', 'chance'].map((name) => [name, callerCode(undefined, 20)] as const);
    const subjects = await startBoth(stack, { build, driver }, [...called, ...callers]);
    const rounds = full ? 100 : 36;
    const random = numbers();
    const chances = Array.from({ length: learned + rounds }, () => random());
    const kinds: readonly (readonly [string, string, (chance: number) => string | undefined])[] = [
      ['one of six, at random', 'any', (chance) => others[Math.floor(chance * others.length)]],
      ['in three runs of five, at random', 'chance', (chance) => (chance < 0.6 ? 'chance-b' : '')],
    ];
    for (const [what, root, pick] of kinds) {
      const payload = (nth: number): object => ({ call: pick(chances[nth] ?? 0) });
      const seen = await run(subjects, { root, rounds, gapMs: 2_600, payload });
      for (const [how, of] of [['mean', mean] as const, ['p50', median] as const]) {
        const took = tookBy(seen, of);
        const ratio = (took['on'] ?? 0) / (took['off'] ?? 1);
        yield { what: `calls ${what}: whole request, ${how}`, unit: 'ms', values: { ...took, 'on ÷ off': ratio } };
      }
      note(`calls ${what}: ${seen.used} prepared containers were used, ${seen.wasted} were not.`);
    }
  },
};

async function startBoth(
  stack: AsyncDisposableStack,
  how: Pick<ServiceOptions, 'build' | 'driver'>,
  functions: readonly (readonly [name: string, code: string])[],
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const name of ['on', 'off'] as const) {
    // Blank containers are not what is short: without prediction a start behind another is a new-container.
    const warm = ['nodejs24.x-256=1..2x8'];
    const config = { warm, containerIdle: idle, surplusIdle: idle, instanceIdle: '10m', prediction: name };
    const service = stack.use(await startService({ ...how, config }));
    for (const [one, code] of functions) await deployCode(service, one, code);
    subjects.push({ name, service });
  }
  return subjects;
}

interface Course {
  readonly root: string;
  readonly rounds: number;
  readonly gapMs: number;
  readonly payload: (nth: number) => object;
}

/** Asks both for the same, in turns, each time after all containers have ended. */
async function run(subjects: readonly Subject[], { root, rounds, gapMs, payload }: Course): Promise<Run> {
  const before = await preparations(subjects);
  const seen = new Map<string, Seen[]>(subjects.map(({ name }) => [name, []]));
  for (let nth = 0; nth < learned + rounds; nth += 1) {
    // Who is first takes turns: the second finds the machine warmer.
    for (const { name, service } of nth % 2 === 0 ? subjects : subjects.toReversed()) {
      const one = await request(service, root, payload(nth));
      if (nth >= learned) seen.get(name)?.push(one);
    }
    await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
  const after = await preparations(subjects);
  return { seen, used: after.used - before.used, wasted: after.wasted - before.wasted };
}

interface Run {
  readonly seen: ReadonlyMap<string, readonly Seen[]>;
  readonly used: number;
  readonly wasted: number;
}

async function request(service: BenchService, name: string, payload: object): Promise<Seen> {
  const { body, functionError, totalMs } = await invoke(service, name, JSON.stringify(payload));
  if (functionError !== undefined) throw new Error(`${name} answered ${body.slice(0, 300)}`);
  const behind: Started[] = JSON.parse(body);
  return { totalMs, behind };
}

function behindOf(seen: Run['seen'], name: string): readonly Started[] {
  return (seen.get(name) ?? []).flatMap(({ behind }) => behind);
}

function coldOf({ seen }: Run, name: string): number {
  return behindOf(seen, name).filter(({ path }) => path !== 'reused-container').length;
}

function pathsOf({ seen }: Run, name: string): string {
  const paths = Map.groupBy(behindOf(seen, name), ({ path }) => path);
  return [...paths].map(([path, { length }]) => `${length} ${path}`).join(', ');
}

function tookBy({ seen }: Run, of: (values: number[]) => number = median): Record<string, number> {
  return Object.fromEntries([...seen].map(([name, all]) => [name, of(all.map(({ totalMs }) => totalMs))]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function preparations(subjects: readonly Subject[]): Promise<{ used: number; wasted: number }> {
  const sum = { used: 0, wasted: 0 };
  for (const { service } of subjects)
    for (const { used, wasted } of (await service.snapshot()).preparations) {
      sum.used += used;
      sum.wasted += wasted;
    }
  return sum;
}

/** Numbers in [0, 1) that are the same each time (mulberry32, by Tommy Ettinger, public domain). */
function numbers(): () => number {
  let state = 20_26;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
