import { servingVersion } from '../../model/functions/function-record.ts';
import type { EffectOptions } from './called-functions.ts';
import { assess } from './assess.ts';

/** More are asked for by name. */
const functionsMax = 100;

/** What is known of an account's functions, without looking at code of which nothing is kept: `function`, and each answer. */
export async function effectsShown(options: EffectOptions, account: string): Promise<readonly object[]> {
  const { effects, store } = options;
  if (effects === undefined) return [];
  const records = await store.functions.list(account, '', functionsMax);
  const shown = await Promise.all(
    records.map(async (record): Promise<object | undefined> => {
      const version = servingVersion(record);
      const report = await effects.find(version);
      if (report === undefined) return undefined;
      const { verdicts } = await assess(options, account, version.name, report, false);
      const answers = Object.fromEntries(Object.entries(verdicts).map(([name, { answer }]) => [name, answer]));
      return { function: version.name, effects: report.effects.length, answers };
    }),
  );
  return shown.filter((each) => each !== undefined);
}
