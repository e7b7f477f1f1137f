#!/bin/sh
# A receiver of OTLP may answer 200 and say in the body that it has not kept some spans (partial_success with rejected_spans and a message), for instance as an attribute is too long or a
# quota is used up. One would guess that the exporter for JavaScript tells its caller: by a result that is not success, or by a number.
#
# The result is success (code 0, no error) even where every span was rejected. The receiver's words go to `diag` as a warning only, which writes nothing unless somebody has set a logger.
# Who counts what was exported by that result counts what nobody has; the answer itself reaches only the serializer that one gives to createOtlpHttpExportDelegate.
#
# Packages: @opentelemetry/exporter-trace-otlp-http 0.223.1, @opentelemetry/sdk-trace-base 2.12.1, @opentelemetry/api 1.9.1 from npm, Node.
# Source of the rule: opentelemetry.io/docs/specs/otlp, "Partial Success"; of what is so: export() of OTLPExportDelegate.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/exporter-trace-otlp-http@0.223.1 >/dev/null
cat >look.mjs <<'END2'
import { createServer } from 'node:http';
import { once } from 'node:events';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ partialSuccess: { rejectedSpans: '1', errorMessage: 'the quota is used up' } }));
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${server.address().port}/v1/traces` });
const span = new BasicTracerProvider().getTracer('t').startSpan('s');
span.end();
const { code, error } = await new Promise((resolve) => exporter.export([span], resolve));
console.log(`1 span sent, 1 rejected: code ${code}, error ${error?.message ?? 'none'}`);
process.exit();
END2
node look.mjs | tee seen
printf '%s\n' '1 span sent, 1 rejected: code 0, error none' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
