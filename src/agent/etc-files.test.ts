import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { etcFiles } from './etc-files.ts';

test('programs find names for their own user, and for whoever owns the files that they see', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-etc-'));
  const profile = { channelCount: 3, user: { kind: 'ids', idBase: 20_000 }, workDir: folder.path, binds: [] } as const;
  const places = new Map(etcFiles(profile).map(([from, to]) => [to, from]));
  const names = (place: string): string[] =>
    readFileSync(places.get(place) ?? assert.fail(place), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .split(':', 3)
          .filter((_, at) => at !== 1)
          .join(' '),
      );
  assert.deepEqual(names('/etc/passwd'), ['root 0', 'user20001 20001', 'user20002 20002', 'nobody 65534']);
  assert.deepEqual(names('/etc/group'), ['root 0', 'user20001 20001', 'user20002 20002', 'nogroup 65534']);
});
