#!/bin/sh
# A nats-server by itself outgrows its machine: one gives its configuration a `cluster` block with two more servers, and starts it again on the same store. One would guess that its streams
# are there as before, with one replica each, and can be given more.
#
# The servers agree on a list of streams that is kept by the cluster and begins empty. Streams that lie in a server's store and are not in it are orphans: they cannot be seen
# from the first moment, and some 30 seconds after the start they are deleted with what is in them. All that says so is one line of the server's log, a warning. What works is to read
# them out before (a backup), and to put them into the new cluster.
#
# Package: nats-server 2.10.27 (Debian trixie's), @nats-io/jetstream and @nats-io/transport-node 3.4.0, Node. NATS_SERVER says where the program is. Takes a minute.
set -eu
server=${NATS_SERVER:-$(command -v nats-server)}
folder=$(mktemp -d)
pids=''
trap 'kill -9 $pids 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0 >/dev/null
routes='nats://127.0.0.1:26261,nats://127.0.0.1:26262,nats://127.0.0.1:26263'
for n in 1 2 3; do
  printf 'server_name: n%s\nlisten: 127.0.0.1:2426%s\njetstream { store_dir: "%s/n%s" }\n' "$n" "$n" "$folder" "$n" >"alone$n.conf"
  { cat "alone$n.conf"; printf 'cluster { name: c, listen: 127.0.0.1:2626%s, routes: [%s] }\n' "$n" "$routes"; } >"together$n.conf"
done
cat >look.mjs <<'END2'
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
const nats = await connect({ port: 24261, waitOnFirstConnect: true, reconnectTimeWait: 100, maxReconnectAttempts: 300 });
const manager = await jetstreamManager(nats, { checkAPI: false });
if (process.argv[2] === 'alone') {
  await manager.streams.add({ name: 'S', subjects: ['s'] });
  await jetstream(nats).publish('s', 'kept');
  console.log(`alone: ${(await manager.streams.info('S')).state.messages} message`);
} else {
  const log = () => readFileSync('together.log', 'utf8');
  const answer = async () => await manager.streams.info('S').then(() => 'there', (error) => error.message);
  let said = await answer();
  for (let tries = 0; tries < 100 && said !== 'stream not found'; tries++, said = await answer()) await wait(200);
  console.log(`together, at once: ${said}, its files are ${existsSync('n1/jetstream/$G/streams/S') ? 'there' : 'gone'}`);
  for (let tries = 0; tries < 300 && !log().includes('orphaned stream'); tries++) await wait(200);
  await wait(1_000);
  console.log(`together, when the log tells of an orphan: its files are ${existsSync('n1/jetstream/$G/streams/S') ? 'there' : 'gone'}`);
}
await nats.close();
END2
"$server" -c alone1.conf >alone.log 2>&1 &
pids=$!
node look.mjs alone | tee seen
kill "$pids"
wait "$pids" || true
"$server" -c together1.conf >together.log 2>&1 &
pids=$!
for n in 2 3; do
  "$server" -c "together$n.conf" >"n$n.log" 2>&1 &
  pids="$pids $!"
done
node look.mjs together | tee -a seen
printf '%s\n' 'alone: 1 message' 'together, at once: stream not found, its files are there' \
  'together, when the log tells of an orphan: its files are gone' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
