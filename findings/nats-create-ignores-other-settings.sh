#!/bin/sh
# streams.add() of NATS's client refuses a stream that is there with another configuration. One would guess that create() of a KV bucket or an object store does so, too, as both are streams,
# or that it brings them to what is asked for.
#
# Kvm.create() and Objm.create() open what is there and drop the settings that they were given, without a word: a bucket made once for an hour and one value of history stays so, and
# an object store without a limit stays without one. Who changes a time to live, a limit or the number of replicas in a program's code has to compare status() with what was wanted, and to update the
# stream underneath. A key with an empty part ('a..b') shows the same carelessness: the client takes it, and its put fails with "jetstream is not enabled".
#
# Packages: nats-server 2.10.27 (Debian trixie's), @nats-io/kv, @nats-io/obj, @nats-io/jetstream and @nats-io/transport-node 3.4.0, Node. NATS_SERVER says where the program is.
set -eu
server=${NATS_SERVER:-$(command -v nats-server)}
folder=$(mktemp -d)
pid=''
trap 'kill -9 $pid 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/kv@3.4.0 @nats-io/obj@3.4.0 @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0 >/dev/null
printf 'listen: 127.0.0.1:24226\njetstream { store_dir: "%s/store" }\n' "$folder" >server.conf
"$server" -c server.conf >log 2>&1 &
pid=$!
cat >look.mjs <<'END2'
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
const nats = await connect({ port: 24226, waitOnFirstConnect: true, reconnectTimeWait: 100, maxReconnectAttempts: 100 });
const manager = await jetstreamManager(nats);
await manager.streams.add({ name: 'S', subjects: ['s'], max_age: 3_600e9 });
console.log('stream:', await manager.streams.add({ name: 'S', subjects: ['s'], max_age: 60e9 }).catch((error) => error.message));
const buckets = new Kvm(jetstream(nats));
await buckets.create('b', { ttl: 3_600_000, history: 1 });
const bucket = await buckets.create('b', { ttl: 60_000, history: 9 });
const { ttl, history } = await bucket.status();
console.log(`bucket: asked for ttl 60000 history 9, is ttl ${ttl} history ${history}`);
const stores = new Objm(jetstream(nats));
await stores.create('o');
const { streamInfo } = await (await stores.create('o', { max_bytes: 1_000 })).status();
console.log(`object store: asked for max_bytes 1000, is ${streamInfo.config.max_bytes}`);
console.log('key a..b:', await bucket.put('a..b', '').catch((error) => error.message));
await nats.close();
END2
node look.mjs | tee seen
printf '%s\n' 'stream: stream name already in use with a different configuration' \
  'bucket: asked for ttl 60000 history 9, is ttl 3600000 history 1' \
  'object store: asked for max_bytes 1000, is -1' \
  'key a..b: jetstream is not enabled' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
