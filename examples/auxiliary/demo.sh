#!/bin/sh
# With a service running (heddle up), as whoever runs it: sh examples/auxiliary/demo.sh
set -eu
here=$(dirname "$0")
heddle=${HEDDLE:-heddle}
url=$(eval "$($heddle env)" && echo "$AWS_ENDPOINT_URL_LAMBDA")
pipe=$(mktemp -u)
mkfifo "$pipe"
node "$here/signer.js" "$url" >"$pipe" &
signer=$!
trap 'kill $signer; rm -f "$pipe"; $heddle rm order >/dev/null 2>&1 || true; $heddle aux rm signer 2>/dev/null || true' EXIT
read -r port <"$pipe"
$heddle aux set signer "http://127.0.0.1:$port" --function 'order*'
$heddle deploy "$here/order.js" --name order
$heddle invoke order --payload '{"amount": 42}'
$heddle aux ls
