#!/bin/sh
# JetStream leaves out a message whose Nats-Msg-Id it has had within the duplicate window (two minutes), and acknowledges it as a duplicate. One would guess: a message that is acknowledged
# is in the stream, be it from this attempt or from the one before; and what was purged or deleted can be published again.
#
# The ids outlive the messages: after a purge (or after the message itself was deleted) the same id is acknowledged with the place of the message that is gone, and the stream stays empty.
# After a restart of the server the same publish is stored, as the ids are read from the messages that are there: so the same two calls give one message or none, by whether a server
# was restarted in between. Who empties a stream and fills it again needs new ids, and an acknowledgement with duplicate=true says that it was stored once, not that it is there.
#
# Packages: nats-server 2.10.27 (Debian trixie's), @nats-io/jetstream and @nats-io/transport-node 3.4.0, Node. NATS_SERVER says where the program is.
set -eu
server=${NATS_SERVER:-$(command -v nats-server)}
folder=$(mktemp -d)
pid=''
trap 'kill -9 $pid 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0 >/dev/null
printf 'listen: 127.0.0.1:24225\njetstream { store_dir: "%s/store" }\n' "$folder" >server.conf
cat >look.mjs <<'END2'
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
const nats = await connect({ port: 24225, waitOnFirstConnect: true, reconnectTimeWait: 100, maxReconnectAttempts: 100 });
const manager = await jetstreamManager(nats);
const publish = async (data) => {
  const { seq, duplicate } = await jetstream(nats).publish('s', data, { msgID: 'one' });
  const { messages } = (await manager.streams.info('S')).state;
  console.log(`${process.argv[2]}: acknowledged as seq=${seq} duplicate=${duplicate}, in the stream: ${messages}`);
};
if (process.argv[2] === 'first') {
  await manager.streams.add({ name: 'S', subjects: ['s'] });
  await publish('1');
  await manager.streams.purge('S');
}
await publish('2');
await nats.close();
END2
"$server" -c server.conf >log 2>&1 &
pid=$!
node look.mjs first | tee seen
kill "$pid"
wait "$pid" || true
"$server" -c server.conf >log 2>&1 &
pid=$!
node look.mjs restarted | tee -a seen
printf '%s\n' 'first: acknowledged as seq=1 duplicate=false, in the stream: 1' \
  'first: acknowledged as seq=1 duplicate=true, in the stream: 0' \
  'restarted: acknowledged as seq=2 duplicate=false, in the stream: 1' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
