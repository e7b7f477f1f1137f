#!/bin/sh
# sh examples/with-service.sh examples/secrets/demo.sh
# Runs what it is given with a service of its own, in a home of its own; both are gone afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
HEDDLE=${HEDDLE:-$here/../heddle}
HEDDLE_HOME=$(mktemp -d)
export HEDDLE HEDDLE_HOME
unset HEDDLE_URL
"$HEDDLE" up --port 0 >"$HEDDLE_HOME/up.log" 2>&1 &
service=$!
trap 'kill $service 2>/dev/null || true; wait $service || true; rm -rf "$HEDDLE_HOME"' EXIT
until "$HEDDLE" ps >/dev/null 2>&1; do
  kill -0 $service 2>/dev/null || {
    cat "$HEDDLE_HOME/up.log" >&2
    exit 1
  }
  sleep 1
done
sh "$@"
