#!/bin/sh
# One would guess that a route that Express does not know is 404 behind @codegenie/serverless-express, as it is behind a socket.
#
# It is 500, with Express 4 and 5, as soon as the site has a route at all: finalhandler, whose 404 that is, waits for the request's end by on-finished, which listens on the request's socket; the adapter's
# request has a plain object there, without `on` ("ee.on is not a function"). With a last handler of the site's own the adapter is never asked, and without any route it is 404.
#
# Packages: @codegenie/serverless-express 4.17.1, express 5.3.0 from npm, Node. Source: finalhandler 2 (`send`), on-finished (`attachFinishedListener`).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @codegenie/serverless-express@4.17.1 express@5.3.0 express4@npm:express@4 >/dev/null
cat >main.js <<'EOF'
const adapter = require('@codegenie/serverless-express');
const event = { version: '2.0', rawPath: '/none', rawQueryString: '', headers: { host: 'x' }, isBase64Encoded: false,
  requestContext: { domainName: 'x', http: { method: 'GET', path: '/none' } } };
async function statusOf(express, prepare) {
  const app = express();
  app.use(express.json()).get('/some', (_request, response) => response.end());
  prepare(app);
  return (await (adapter.default ?? adapter)({ app, log: { error() {}, debug() {}, info() {}, warn() {} } })(event, {})).statusCode;
}
(async () => {
  const nothing = () => {};
  const own = (app) => app.use((_request, response) => response.status(404).end());
  console.log(await statusOf(require('express'), nothing), await statusOf(require('express4'), nothing), await statusOf(require('express'), own));
})();
EOF
got=$(node main.js 2>/dev/null)
echo "Express 5, Express 4, Express 5 with a last handler of its own: $got"
[ "$got" = '500 500 404' ] || { echo 'This has changed.' >&2; exit 1; }
