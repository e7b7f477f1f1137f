import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flameGraph } from './svg.ts';
import { callTree, type CpuProfile } from './tree.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 6 });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 4] },
    { id: 2, callFrame: frame('serve', 'file:///a.ts'), children: [3] },
    { id: 3, callFrame: frame('parse<head>', 'node:http') },
    { id: 4, callFrame: frame('(idle)') },
  ],
  startTime: 1_000,
  samples: [2, 3, 4, 3, 2],
  timeDeltas: [100, 100, 100, 100, 100],
};

test('a call tree adds up what ran between two moments', () => {
  const tree = callTree(profile, 1_150, 1_450);
  assert.equal(tree.totalUs, 200, 'neither what was before, nor after, nor idle');
  const serve = tree.children.get('serve file:///a.ts:7');
  assert.equal(serve?.totalUs, 200);
  assert.equal(serve?.children.get('parse<head> node:http:7')?.totalUs, 200);
});

test('a flame graph shows each function as wide as its time', () => {
  const svg = flameGraph(callTree(profile, 0, 2_000), 'a < b');
  assert.match(svg, /a &lt; b/);
  assert.match(svg, /<title>serve file:\/\/\/a\.ts:7 0\.4 ms, 100\.0 %<\/title>/);
  assert.match(
    svg,
    /<title>parse&lt;head&gt; node:http:7 0\.2 ms, 50\.0 %<\/title><rect x="0\.0" y="34" width="800\.0"/,
  );
});
