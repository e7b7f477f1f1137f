/** An extension that only waits for what comes next. */
export const idleExtension = `#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
headers=$(mktemp)
curl -sS -o /dev/null -D "$headers" -X POST "$api/register" -H "Lambda-Extension-Name: $(basename "$0")" -d '{"events":["INVOKE"]}'
id=$(sed -n 's/^lambda-extension-identifier: *\\([^\r]*\\)\r*$/\\1/Ip' "$headers")
while true; do curl -sS -o /dev/null "$api/event/next" -H "Lambda-Extension-Identifier: $id"; done
`;
