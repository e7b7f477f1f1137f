#!/bin/sh
# OpenTelemetry's SDK for JavaScript detects attributes of its resource (host.id reads a file) asynchronously, and its BatchSpanProcessor waits for them before it hands a batch to the
# exporter. One would guess that shutdown() sends what has ended before, as its specification says that it must ("include the effects of ForceFlush").
#
# A batch that has left the queue and waits for the attributes is not waited for, if it left because it was full: shutdown() finds the queue empty, shuts the exporter down, and resolves;
# the batch is handed to the exporter after that. A program that ends then loses it, without a word. What helps is to count for oneself what the exporter has answered, and to end it after that.
#
# Packages: @opentelemetry/sdk-trace-base 2.12.1, resources 2.12.1 from npm, Node. Source: _flushAll and _maybeStartTimer of BatchSpanProcessorBase.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/resources@2.12.1 >/dev/null
cat >look.mjs <<'END'
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
const said = [];
const exporter = {
  export: (spans, done) => (said.push(`${spans.length} spans exported`), done({ code: 0 })),
  shutdown: async () => void said.push('exporter shut down'),
};
const slow = new Promise((resolve) => setTimeout(resolve, 50, 'h'));
const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 3, maxExportBatchSize: 3 });
const provider = new BasicTracerProvider({ resource: resourceFromAttributes({ 'host.id': slow }), spanProcessors: [processor] });
for (let n = 0; n < 3; n++) provider.getTracer('t').startSpan('s').end();
await provider.shutdown();
said.push('provider says that it is shut down');
await new Promise((resolve) => setTimeout(resolve, 200));
console.log(said.join('\n'));
END
node look.mjs | tee seen
printf '%s\n' 'exporter shut down' 'provider says that it is shut down' '3 spans exported' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
