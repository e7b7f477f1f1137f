#!/bin/sh
# The AWS SDK for JavaScript carries its model since it is driven by schemas, with Smithy's traits as bits of a number at each operation and member ("httpLabel", "idempotent",
# "idempotencyToken", …). One would guess that who wants to know which operations may be sent twice reads it there: DeleteItem, PutObject or DeleteFunction "idempotent", GetItem not less.
#
# Hardly any operation has the bit: none of Lambda, DynamoDB, S3 or SQS, twelve of Athena. AWS's models do not set it for what is idempotent by HTTP's method or by what it does, and
# "readonly" has no bit at all. What is carried and can be built on is the other one, of members: ClientToken and the like, which the client fills in where they are left out.
#
# Packages: @aws-sdk/client-{lambda,dynamodb,s3,sqs,athena} 3.1164.0 from npm, Node. Source: Smithy's "behavior traits"; translateTraits of @smithy/core/schema for the bits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
version=3.1164.0
npm install --silent --no-audit --no-fund "@aws-sdk/client-lambda@$version" "@aws-sdk/client-dynamodb@$version" "@aws-sdk/client-s3@$version" \
  "@aws-sdk/client-sqs@$version" "@aws-sdk/client-athena@$version" >/dev/null
cat >look.mjs <<'END'
import { translateTraits } from '@smithy/core/schema';
const operation = 9;
const structure = 3;
const has = (traits, name) => name in translateTraits(traits);
for (const name of ['lambda', 'dynamodb', 's3', 'sqs', 'athena']) {
  const all = Object.values(await import(`@aws-sdk/client-${name}`)).filter((each) => Array.isArray(each));
  const operations = all.filter(([kind]) => kind === operation);
  const idempotent = operations.filter(([, , , traits]) => has(traits, 'idempotent'));
  const tokens = operations.filter(([, , , , input]) => {
    const schema = typeof input === 'function' ? input() : input;
    if (!Array.isArray(schema) || schema[0] !== structure) return false;
    return schema[5].some((member) => Array.isArray(member) && has(member[1], 'idempotencyToken'));
  });
  console.log(`${name}: ${operations.length} operations, ${idempotent.length} idempotent, ${tokens.length} with a token`);
}
END
node look.mjs | tee seen
for name in lambda dynamodb s3 sqs; do
  grep -q "^$name: [0-9]* operations, 0 idempotent" seen || { echo 'This has changed.' >&2; exit 1; }
done
grep -q '^athena: [0-9]* operations, 12 idempotent' seen && grep -q '^dynamodb: .* [1-9][0-9]* with a token' seen || {
  echo 'This has changed.' >&2
  exit 1
}
