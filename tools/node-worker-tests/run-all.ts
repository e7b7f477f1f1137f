import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { newHome, startHeddle } from '../../test/e2e/service.ts';
import { runTest, type TestRun } from './run-test.ts';

const atOnce = 2;

/** Names of Node's tests of workers. */
export function allTests(folder: string): string[] {
  return readdirSync(join(folder, 'parallel')).filter((name) => /^test-worker.*\.m?js$/.test(name));
}

/** Runs tests on one service, some at a time; gives them in the order of their names. */
export async function runAll(
  folder: string,
  names: readonly string[],
  { onRun }: { readonly onRun?: (run: TestRun) => void } = {},
): Promise<readonly TestRun[]> {
  await using service = await startHeddle(await newHome(), '--driver', 'host');
  const waiting = [...names];
  const runs: TestRun[] = [];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const run = await runTest(folder, name, service.home);
      onRun?.(run);
      runs.push(run);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runs.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
