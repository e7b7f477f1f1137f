#!/bin/sh
# One would guess of a NATS client that is given three servers and told never to give up (maxReconnectAttempts: -1) that it tries all three whenever it has lost its connection, also one
# that was down in the moment when it connected first.
#
# It does not: a server that refuses the first connection is taken off the list for good, unless waitOnFirstConnect is set or another server names it. A program that was started while
# two of three were down has one server from then on. What helps is setServers() with the whole list, once it is connected.
#
# Packages: @nats-io/transport-node 3.4.0 from npm, Node. Source: nats-core, ProtocolHandler's dial loop (removeCurrentServer where it was never connected).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @nats-io/transport-node@3.4.0 >/dev/null
cat >look.mjs <<'END'
import { createServer } from 'node:net';
import { connect } from '@nats-io/transport-node';
const listening = async (answer) => {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `127.0.0.1:${server.address().port}` };
};
// All of the protocol that a connection needs.
const up = await listening((socket) => {
  socket.write(`INFO ${JSON.stringify({ server_id: 'x', version: '2.10.27', max_payload: 1048576, headers: true })}\r\n`);
  socket.on('data', (data) => data.includes('PING') && socket.write('PONG\r\n'));
});
const down = await listening(() => undefined);
await new Promise((resolve) => down.server.close(resolve));
const servers = [down.url, up.url];
const nats = await connect({ servers, noRandomize: true, maxReconnectAttempts: -1 });
const known = () => nats.getServers().length;
console.log(`given 2 servers, one of them down: after connecting it knows ${known()}`);
nats.setServers(servers);
console.log(`after setServers(): ${known()}`);
process.exit(0);
END
node look.mjs | tee seen
grep -q 'it knows 1$' seen && grep -q 'setServers(): 2$' seen || { echo 'This has changed.' >&2; exit 1; }
