import { type RuntimeName } from '../../model/runtimes/configuration.ts';
import { promisedPaths, startMsPromised } from '../../model/invocations/start-path.ts';
import type { HeddleClient } from '../../sdk/client.ts';
import { deployExample } from './examples.ts';
import { untilReady } from './quiet.ts';
import { checkAnswer } from './start-row.ts';

/** The first call of a function of one runtime and memory. */
export interface ConfigurationRow {
  readonly runtime: RuntimeName;
  readonly memoryMb: number;
  readonly path: string;
  readonly startMs: number;
  /** It waited for no boot, and started as fast as is promised. */
  readonly kept: boolean;
}

const kinds: readonly { readonly runtime: RuntimeName; readonly memoryMb: number }[] = [
  ...[128, 256, 512, 1_024, 2_048].map((memoryMb) => ({ runtime: 'nodejs24.x', memoryMb }) as const),
  ...[256, 1_024].map((memoryMb) => ({ runtime: 'nodejs22.x', memoryMb }) as const),
];

/** Deploys the function `hello` once for each of some configurations, calls each for the first time, and removes them. */
export async function driveConfigurations(
  client: HeddleClient,
  memoryMbMax: number,
): Promise<readonly ConfigurationRow[]> {
  const fitting = kinds.filter(({ memoryMb }) => memoryMb <= memoryMbMax);
  const nameOf = ({ runtime, memoryMb }: (typeof kinds)[number]): string =>
    `hello-${runtime.replaceAll('.', '-')}-${memoryMb}`;
  try {
    for (const kind of fitting) await deployExample(client, 'hello', kind.memoryMb, nameOf(kind), kind.runtime);
    const rows: ConfigurationRow[] = [];
    for (const kind of fitting) {
      await untilReady(client, nameOf(kind), undefined);
      const answer = await client.invoke(nameOf(kind), Buffer.from('{"name": "tour"}'));
      checkAnswer(answer);
      const { startPath, startMs } = answer;
      const kept = promisedPaths.some((path) => path === startPath) && startMs < startMsPromised;
      rows.push({ ...kind, path: startPath, startMs, kept });
    }
    return rows;
  } finally {
    for (const kind of fitting)
      if ((await client.findFunction(nameOf(kind))) !== undefined) await client.deleteFunction(nameOf(kind));
  }
}
