import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeb822, parseLines } from './package-sources.ts';

const mirror = 'http://mirror.example/debian';

test('one-line sources give their binary entries, with or without options', () => {
  const text = `# deb ${mirror} old main
deb ${mirror} bookworm main contrib # a comment
deb-src ${mirror} bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] ${mirror} bookworm-updates main`;
  assert.deepEqual(parseLines(text), [
    { uri: mirror, suite: 'bookworm', components: ['main', 'contrib'] },
    { uri: mirror, suite: 'bookworm-updates', components: ['main'], signedBy: '/usr/share/keyrings/a.gpg' },
  ]);
});

test('deb822 sources give an entry for each suite, and none where they are off or for sources only', () => {
  const text = `Types: deb deb-src
# a comment in the paragraph
URIs: ${mirror}
Suites: noble noble-updates
Components: main universe
Signed-By: /usr/share/keyrings/b.gpg

Types: deb-src
URIs: ${mirror}
Suites: noble
Components: main

Types: deb
Enabled: no
URIs: ${mirror}
Suites: noble-backports
Components: main
`;
  const common = { uri: mirror, components: ['main', 'universe'], signedBy: '/usr/share/keyrings/b.gpg' };
  assert.deepEqual(parseDeb822(text), [
    { ...common, suite: 'noble' },
    { ...common, suite: 'noble-updates' },
  ]);
});

test('a key that is written out in a source keeps its lines', () => {
  const text = `Types: deb\nURIs: ${mirror}\nSuites: x\nComponents: main\nSigned-By:\n -----BEGIN\n .\n abc\n -----END\n`;
  assert.equal(parseDeb822(text)[0]?.signedBy, '-----BEGIN\n .\n abc\n -----END');
});
