import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeParts } from './code-parts.ts';

test('files cut into parts are the same when put together, and no message is too large', () => {
  const file = fc.record({
    path: fc.string({ minLength: 1 }),
    mode: fc.nat(),
    data: fc.uint8Array({ maxLength: 5_000 }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { selector: ({ path }) => path }),
      fc.integer({ min: 600, max: 3_000 }),
      (files, max) => {
        const joined = new Map<string, Buffer>();
        let messages = 0;
        for (const parts of codeParts(files, max)) {
          messages++;
          assert.ok(parts.reduce((sum, part) => sum + part.data.length, 0) <= max);
          for (const { path, data, offset } of parts) {
            const before = joined.get(path) ?? Buffer.alloc(0);
            assert.equal(offset, before.length);
            joined.set(path, Buffer.concat([before, data]));
          }
        }
        assert.ok(messages >= 1);
        assert.deepEqual(
          [...joined.keys()],
          files.map(({ path }) => path),
        );
        for (const { path, data } of files) assert.ok(joined.get(path)?.equals(data));
      },
    ),
  );
});
