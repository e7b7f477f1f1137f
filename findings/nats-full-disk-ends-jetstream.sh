#!/bin/sh
# One would guess that a NATS server whose disk was full keeps messages again as soon as there is room; one that is alone does.
#
# One of a cluster does not: with the first write of a replicated stream that finds no space it turns JetStream off ("out of resources, will be DISABLED") and leaves it off, for all streams, until its process is
# started again. It goes on as a plain NATS server, and clients stay connected to it. Two of three servers whose disks were full at different times are a lost majority, with room on all disks.
#
# Packages: nats-server 2.10.27 (Debian trixie's), @nats-io/jetstream and @nats-io/transport-node 3.4.0, Node. NATS_SERVER says where the program is. Mounts a tmpfs in a namespace of its own (root, or a system that
# lets users make one).
set -eu
[ "${1:-}" = inside ] || exec unshare --map-root-user --mount sh "$0" inside
server=${NATS_SERVER:-$(command -v nats-server)}
folder=$(mktemp -d)
pids=''
trap 'kill -9 $pids 2>/dev/null || true; umount --lazy "$folder/n2" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0 >/dev/null
mkdir n2
mount -t tmpfs -o size=32m tmpfs n2
routes='nats://127.0.0.1:26322,nats://127.0.0.1:26323,nats://127.0.0.1:26324'
start() {
  "$server" -c "n$1.conf" >>"n$1.log" 2>&1 &
  pids="$pids $!"
  echo $! >"n$1.pid"
}
for n in 2 3 4; do
  printf 'server_name: n%s\nlisten: 127.0.0.1:2432%s\nhttp: 127.0.0.1:2832%s\njetstream { store_dir: "%s/n%s/store", max_file: 1GB }\ncluster { name: c, listen: 127.0.0.1:2632%s, routes: [%s] }\n' \
    "$n" "$n" "$n" "$folder" "$n" "$n" "$routes" >"n$n.conf"
  start "$n"
done
cat >look.mjs <<'END'
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
const [when, tries] = process.argv.slice(2);
const nats = await connect({ servers: '127.0.0.1:24323', waitOnFirstConnect: true, maxReconnectAttempts: -1 });
const wait = () => new Promise((resolve) => setTimeout(resolve, 500));
// Through another server: most of them go on.
for (let n = 0; n < 100; n++)
  try {
    if (when === 'before')
      await (await jetstreamManager(nats)).streams.add({ name: 'S', subjects: ['s'], num_replicas: 3 });
    for (let sent = 0; sent < 5; sent++) await jetstream(nats).publish('s', Buffer.alloc(100_000));
    break;
  } catch {
    await wait();
  }
let health = '';
for (let n = 0; n < Number(tries) && health !== '200 ok'; n++) {
  await wait();
  const answer = await fetch('http://127.0.0.1:28322/healthz?js-enabled-only=true');
  const { status, error } = await answer.json();
  health = `${answer.status} ${error ?? status}`;
}
console.log(`${when}: ${health}`);
process.exit(0);
END
node look.mjs before 40
dd if=/dev/zero of=n2/filling bs=4k 2>/dev/null || true
node look.mjs full 10
rm n2/filling
node look.mjs 'with room again, for 10 s' 20 | tee seen
kill "$(cat n2.pid)"
while kill -0 "$(cat n2.pid)" 2>/dev/null; do wait "$(cat n2.pid)" || true; done
start 2
node look.mjs 'started again' 60
grep -o 'JetStream out of.*' n2.log | head -1
grep -q 'JetStream' seen || {
  echo 'This has changed.' >&2
  exit 1
}
