#!/bin/sh
# With a service running (heddle up): sh examples/secrets/demo.sh
set -eu
here=$(dirname "$0")
heddle=${HEDDLE:-heddle}
key=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
pipe=$(mktemp -u)
mkfifo "$pipe"
node "$here/api.js" "$key" >"$pipe" &
api=$!
trap 'kill $api; rm -f "$pipe"; $heddle rm charge >/dev/null 2>&1 || true; $heddle secret rm PAYMENTS 2>/dev/null || true' EXIT
read -r port <"$pipe"
place=http://host.heddle.internal:$port
printf %s "$key" | $heddle secret set PAYMENTS --host "$place"
$heddle deploy "$here/charge.js" --name charge --secret "PAYMENTS=$place"
$heddle invoke charge --payload "{\"url\": \"$place/\"}"
$heddle secret ls
