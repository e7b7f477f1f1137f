#!/bin/sh
# X-Amzn-Trace-Id carries a trace on AWS. A load balancer begins one with Root= alone, Parent= and Sampled= come later; Lambda adds Lineage=, by which it finds functions that call each
# other in a circle. One would guess that OpenTelemetry's propagator for X-Ray goes on with a trace whose header has a Root, and hands on the fields that it does not use itself.
#
# A header without Parent or with a Sampled that is not decided (Sampled=?) is dropped as a whole: behind a load balancer each service begins a trace of its own, without a word. And what
# is injected is Root, Parent and Sampled only: Lineage does not come out again, so that who finds circles by it sees none where a function calls the next one through an instrumented client.
#
# Packages: @opentelemetry/propagator-aws-xray 2.2.0, @opentelemetry/api 1.9.1, @opentelemetry/core 2.12.1 from npm, Node. Source of the header's form: AWS X-Ray's developer guide, "Tracing header".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/core@2.12.1 @opentelemetry/propagator-aws-xray@2.2.0 >/dev/null
cat >look.mjs <<'END2'
import { ROOT_CONTEXT, defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
const propagator = new AWSXRayPropagator();
const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
for (const header of [root, `${root};Parent=53995c3f42cd8ad8;Sampled=?`, `${root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0`]) {
  const out = {};
  const context = propagator.extract(ROOT_CONTEXT, { 'x-amzn-trace-id': header }, defaultTextMapGetter);
  propagator.inject(context, out, defaultTextMapSetter);
  console.log(`${header.slice(root.length) || '(Root only)'} -> ${out['x-amzn-trace-id']?.slice(root.length) ?? 'nothing'}`);
}
END2
node look.mjs | tee seen
printf '%s\n' '(Root only) -> nothing' ';Parent=53995c3f42cd8ad8;Sampled=? -> nothing' \
  ';Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0 -> ;Parent=53995c3f42cd8ad8;Sampled=1' | cmp -s - seen || { echo 'This has changed.' >&2; exit 1; }
