import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts } from './batch-runner.ts';
import type { BatchOutcome, SourceRecord } from './source.ts';
import { inTurns } from './turns.ts';

test('so many batches run at a time, and who waits longest is next', async () => {
  const going: { readonly id: string; readonly end: (outcome: BatchOutcome) => void }[] = [];
  const runner = {
    counts: noCounts(),
    split: <Item extends SourceRecord>(items: readonly Item[]) => ({ wanted: items, dropped: [] }),
    run: ([item]: readonly SourceRecord[]) =>
      new Promise<BatchOutcome>((end) => going.push({ id: item?.id ?? '', end })),
  };
  const turned = inTurns(runner, 2);
  const runs = ['a', 'b', 'c', 'd'].map((id) => turned.run([{ id, wire: {}, bytes: 0 }]));
  const ids = (): string[] => going.map(({ id }) => id);
  assert.deepEqual(ids(), ['a', 'b']);
  going[1]?.end({ kind: 'ok' });
  await runs[1];
  await Promise.resolve();
  assert.deepEqual(ids(), ['a', 'b', 'c']);
  for (const index of [0, 2]) going[index]?.end({ kind: 'ok' });
  await Promise.all([runs[0], runs[2]]);
  await Promise.resolve();
  going[3]?.end({ kind: 'ok' });
  assert.deepEqual(await runs[3], { kind: 'ok' });
});
