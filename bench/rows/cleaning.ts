import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Build } from '../builds/build.ts';
import { cleaningInTurns, turnMs } from '../builds/cleaning-in-turns.ts';
import type { Line } from '../result.ts';
import type { Row } from '../row.ts';
import { track } from '../service/process.ts';
import { processorTime } from '../service/processor-time.ts';
import { startService } from '../service/service.ts';
import { median } from '../statistics.ts';
import type { Block } from '../threads/blocks.ts';

const client = join(import.meta.dirname, '..', 'threads', 'blocks.ts');
/** So that nothing of a turn is left in the next one. */
const busyMs = turnMs * 0.7;
const warmUpMs = 4_000;
const turns = 16;
type What = 'call' | 'map';

/** A service, and a program that has threads there. */
interface Subject extends AsyncDisposable {
  /** What was done in a time, with the processor time of all of it. */
  readonly block: (what: What, ms: number) => Promise<Block>;
}

async function startSubject(build: Build, driver: string): Promise<Subject> {
  const service = await startService({ build, driver });
  const env = { ...process.env, HEDDLE_HOME: service.home };
  const args = ['--disable-warning=ExperimentalWarning', client, JSON.stringify({ root: build.root })];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  track(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('The program with threads has ended; its words are above.');
    return value;
  };
  await nextLine();
  const serverMs = async (): Promise<number> => {
    const { serviceMs, instancesMs } = await processorTime(service);
    return serviceMs + instancesMs;
  };
  return {
    block: async (what, ms) => {
      const before = await serverMs();
      child.stdin.write(`${what} ${ms}\n`);
      const block: Block = JSON.parse(await nextLine());
      return { ...block, processorMs: block.processorMs + (await serverMs()) - before };
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
      await service[Symbol.asyncDispose]();
    },
  };
}

async function* compared(what: What, subject: Subject): AsyncGenerator<Line, void, undefined> {
  await subject.block(what, warmUpMs);
  const [cleaned, other]: [Block[], Block[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    await wait(turnMs - (Date.now() % turnMs));
    const side = Math.floor(Date.now() / turnMs) % 2 === 0 ? cleaned : other;
    side.push(await subject.block(what, busyMs));
  }
  const values = (of: (blocks: readonly Block[]) => number): Line['values'] => ({
    heddle: of(cleaned),
    'without cleaning': of(other),
  });
  const sum = (blocks: readonly Block[], of: (block: Block) => number): number =>
    blocks.reduce((all, block) => all + of(block), 0);
  const each = (blocks: readonly Block[]): number =>
    (median(blocks.flatMap(({ ms }) => ms)) * 1_000 * sum(blocks, ({ ms }) => ms.length)) /
    sum(blocks, ({ threads }) => threads);
  const name = what === 'call' ? 'start and join of a tiny thread' : 'each of 1,000 through map';
  yield { what: name, unit: 'µs', values: values(each) };
  // What a process took that ended meanwhile is not seen: the sum may lack some.
  const processorUs = (blocks: readonly Block[]): number =>
    median(blocks.map(({ processorMs, threads }) => (processorMs * 1_000) / threads));
  yield { what: '… processor time of it', unit: 'µs', values: values(processorUs) };
  yield {
    what: '… so many were measured',
    unit: '',
    values: values((blocks) => sum(blocks, ({ threads }) => threads)),
  };
}

/** What it costs that a thread finds its process as new. */
export const cleaningRow: Row = {
  name: 'cleaning',
  about: 'tiny threads, beside the same without cleaning between them, in turns (with --only and --full)',
  drivers: ['host'],
  onRequest: true,
  run: async function* ({ builds: [own], driver }) {
    if (own === undefined) return;
    await using subject = await startSubject(await cleaningInTurns(own), driver);
    yield* compared('call', subject);
    yield* compared('map', subject);
  },
};
