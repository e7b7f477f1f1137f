import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, stop } from 'esbuild';
import { countedBuild } from './builds.ts';

test('whoever ends the process of esbuild ends no build of others', { timeout: 900_000 }, async () => {
  const slow = Promise.withResolvers<void>();
  const wait = {
    name: 'wait',
    setup: ({ onStart }: { onStart: (then: () => Promise<void>) => void }) => onStart(() => slow.promise),
  };
  const stdin = { contents: 'export default 1;' };
  let stops = 0;
  const ended = async (): Promise<void> => {
    stops += 1;
    await stop();
  };
  const other = countedBuild(() => build({ stdin, write: false, plugins: [wait] }));
  await countedBuild(() => build({ stdin, write: false }), ended);
  assert.equal(stops, 0);
  slow.resolve();
  assert.equal((await other).outputFiles.length, 1);
  await countedBuild(() => build({ stdin, write: false }), ended);
  assert.equal(stops, 1);
});
