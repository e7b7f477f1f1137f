#!/bin/sh
# A TLS client that wants to know again who is at the other end asks its socket, `getPeerX509Certificate()`, as often as it likes: one would guess that an open connection goes on having a
# certificate, and at a server's socket it does.
#
# At a client's socket only the first question is answered: each later one gets `undefined`, and `getPeerCertificate()` an empty object, as if the other side had shown nothing. Whoever looks
# twice (once to check, once to log or to check again when a record has changed) puts out a peer that is right. Ask once and keep it.
#
# Node 24.21.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=a -days 1 2>/dev/null
cat >look.mjs <<'END'
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
const own = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const asked = (socket) => {
  const both = [1, 2].map(() => typeof socket.getPeerX509Certificate()).join(' ');
  return `${both}, then ${socket.getPeerCertificate().subject?.CN ?? 'nobody'}`;
};
const server = createServer({ ...own, requestCert: true, rejectUnauthorized: false }, (socket) => {
  console.log(`server: ${asked(socket)}`);
  socket.end('x');
});
server.listen(0, '127.0.0.1', () => {
  const socket = connect({ ...own, host: '127.0.0.1', port: server.address().port, rejectUnauthorized: false });
  socket.on('secureConnect', () => console.log(`client: ${asked(socket)}`));
  socket.on('close', () => server.close()).resume();
});
END
node look.mjs | tee seen
grep -qx 'server: object object, then a' seen && grep -qx 'client: object undefined, then nobody' seen || {
  echo 'This has changed.' >&2
  exit 1
}
