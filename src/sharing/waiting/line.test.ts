import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Line } from './line.ts';

test('a line keeps the order of those who are in it, wherever and however often they leave', () => {
  const step = fc.oneof(
    fc.constant('join' as const),
    fc.constant('shift' as const),
    fc.nat(20), // who leaves
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const line = new Line<number>();
      const places: { leave: () => void }[] = [];
      let expected: number[] = [];
      for (const each of steps) {
        if (each === 'join') {
          expected.push(places.length);
          places.push(line.join(places.length));
        } else if (each === 'shift') assert.equal(line.shift(), expected.shift());
        else {
          places[each]?.leave();
          expected = expected.filter((item) => item !== each);
        }
        assert.deepEqual([[...line], line.first, line.size], [expected, expected[0], expected.length]);
      }
      assert.deepEqual(line.clear(), expected);
      assert.equal(line.size, 0);
    }),
  );
});
