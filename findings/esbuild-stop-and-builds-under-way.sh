#!/bin/sh
# One would guess that esbuild's `stop()` ends builds that others have under way in the same process with an error, as it does when its child process dies.
#
# So it is: their promises are never settled, unless a plugin of theirs has something to say later. `stop()` destroys the pipes before it kills the child, so nobody hears of the end, and
# what was asked for before waits for an answer for ever. Where the child is killed from outside, the same build fails at once: "The service was stopped".
#
# Package: esbuild 0.28.2. Source: lib/main.js of the package, ensureServiceIsRunning (stopService) and createChannel (afterClose). Needs npm and Node.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund esbuild@0.28.2
cat >stop.mjs <<'EOF'
import { execFileSync } from 'node:child_process';
import { build, stop } from 'esbuild';

const contents = `export default [${'1 + x(),'.repeat(2_000_000)}]`; // takes seconds

async function fateOf(end) {
  const building = build({ stdin: { contents }, write: false, logLevel: 'silent', minify: true });
  const fate = building.then(() => 'built', (error) => `failed: ${error.message.split('\n')[0]}`);
  await new Promise((then) => setTimeout(then, 500));
  end();
  return await Promise.race([fate, new Promise((then) => setTimeout(then, 10_000, 'nothing'))]);
}

const stopped = await fateOf(() => void stop());
const killed = await fateOf(() => execFileSync('pkill', ['-P', String(process.pid), 'esbuild']));
console.log(`child killed: ${killed}\nstop(): ${stopped}`);
process.exit(killed.startsWith('failed') && stopped === 'nothing' ? 0 : 1);
EOF
node stop.mjs
