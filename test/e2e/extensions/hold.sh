#!/bin/bash
# In bash and curl: after each invocation it asks the sink, which answers when it likes, and only then for its next event.
set -uo pipefail
api=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
headers=$(mktemp)
curl -sS -o /dev/null -D "$headers" -X POST "$api/register" -H "Lambda-Extension-Name: $(basename "$0")" \
  -d '{"events":["INVOKE","SHUTDOWN"]}'
id=$(sed -n 's/^lambda-extension-identifier: *\([^\r]*\)\r*$/\1/Ip' "$headers")
while true; do
  event=$(curl -sS "$api/event/next" -H "Lambda-Extension-Identifier: $id")
  curl -sS -o /dev/null -X POST "$SINK" -d "[$event]"
  case "$event" in *SHUTDOWN*) exit 0 ;; esac
  [ -z "${HOLD-}" ] || curl -sS -o /dev/null "$SINK"
done
