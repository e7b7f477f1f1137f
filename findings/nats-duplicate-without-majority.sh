#!/bin/sh
# A publish to a replicated stream of NATS's JetStream is acknowledged when most replicas have it. One would guess: whatever acknowledgement comes (no error, "duplicate" or not) says that.
#
# A leader that has lost the other two has a message without being able to commit it. The first attempt is not answered. The second one, with the same Nats-Msg-Id, as one sends
# again what got no answer, is acknowledged: {"seq":0,"duplicate":true}, without an error. Most servers never had it, and a leader that comes after may never.
# Only an acknowledgement with a place (seq > 0) counts.
#
# Packages: nats-server 2.10.27 (Debian trixie's), @nats-io/jetstream and @nats-io/transport-node 3.4.0, Node. NATS_SERVER says where the program is.
set -eu
server=${NATS_SERVER:-$(command -v nats-server)}
folder=$(mktemp -d)
pids=''
trap 'kill -9 $pids 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/jetstream@3.4.0 @nats-io/transport-node@3.4.0 >/dev/null
routes='nats://127.0.0.1:26222,nats://127.0.0.1:26223,nats://127.0.0.1:26224'
for n in 2 3 4; do
  printf 'server_name: n%s\nlisten: 127.0.0.1:2422%s\njetstream { store_dir: "%s/n%s", sync_interval: always }\ncluster { name: c, listen: 127.0.0.1:2622%s, routes: [%s] }\n' \
    "$n" "$n" "$folder" "$n" "$n" "$routes" >"n$n.conf"
  "$server" -c "n$n.conf" >"n$n.log" 2>&1 &
  pids="$pids $!"
  echo $! >"n$n.pid"
done
cat >look.mjs <<'END'
import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
const servers = [2, 3, 4].map((n) => `127.0.0.1:2422${n}`);
const again = async (work) => {
  for (let tries = 0; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
};
const first = await again(() => connect({ servers }));
const info = await again(async () => {
  const manager = await jetstreamManager(first, { checkAPI: false });
  await manager.streams.add({ name: 'S', subjects: ['s'], num_replicas: 3 });
  return await manager.streams.info('S');
});
const { leader } = info.cluster;
await again(() => jetstream(first).publish('s', 'one'));
const nats = await connect({ servers: [`127.0.0.1:2422${leader.slice(1)}`], reconnect: false });
await first.close();
for (const n of [2, 3, 4]) if (`n${n}` !== leader) process.kill(Number(readFileSync(`n${n}.pid`, 'utf8')), 'SIGKILL');
const answers = [];
for (let attempt = 0; attempt < 4; attempt++)
  answers.push(
    await jetstream(nats)
      .publish('s', 'two', { msgID: 'two', expect: { lastSequence: 1 }, timeout: 1_000 })
      .then((ack) => `acknowledged seq=${ack.seq} duplicate=${ack.duplicate}`, (error) => `refused: ${error.message}`),
  );
console.log(answers.join('\n'));
process.exit(answers.includes('acknowledged seq=0 duplicate=true') ? 0 : 1);
END
node look.mjs || {
  echo 'This has changed.' >&2
  exit 1
}
