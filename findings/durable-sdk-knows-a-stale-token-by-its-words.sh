#!/bin/sh
# One would guess that AWS's SDK for durable functions tells a checkpoint that was refused because its token is stale (somebody else has gone on with the execution meanwhile; this run is
# to be given up, and the execution goes on) from one that can never be taken by the error's name or status, as other clients of AWS do.
#
# It tells them by the first words of the message, capitals included. An InvalidParameterValueException (400) that begins with "Invalid Checkpoint Token" fails the invocation, which the
# service tries again; the same with "Invalid checkpoint token", or any other message, ends the whole execution as FAILED, for good. Whoever answers in the place of the service (an
# emulator, a proxy that rewrites messages) loses executions by one small letter.
#
# Packages: @aws/durable-execution-sdk-js 2.4.0 from npm, Node. Source: its checkpoint manager, which classifies errors of the Lambda client.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @aws/durable-execution-sdk-js@2.4.0 >/dev/null
cat >look.mjs <<'END'
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
const event = {
  DurableExecutionArn: 'arn:aws:lambda:us-east-1:123456789012:function:any:1/durable-execution/name/0123456789abcdef',
  CheckpointToken: 'one',
  InitialExecutionState: {
    Operations: [{ Id: 'execution', Type: 'EXECUTION', Status: 'STARTED', StartTimestamp: Date.now(), ExecutionDetails: { InputPayload: '{}' } }],
  },
};
const context = { awsRequestId: 'any', getRemainingTimeInMillis: () => 60_000, functionName: 'any', invokedFunctionArn: 'arn:any' };
async function outcome(message) {
  const refuse = async () => {
    throw Object.assign(new Error(message), { name: 'InvalidParameterValueException', $metadata: { httpStatusCode: 400 } });
  };
  const durableExecutionClient = { getExecutionState: refuse, checkpoint: refuse };
  const handler = withDurableExecution(async (_event, durable) => await durable.step('charge', async () => 1), { durableExecutionClient });
  return await handler(event, context).then(
    ({ Status }) => `the execution is ${Status}`,
    () => 'the invocation fails',
  );
}
for (const message of ['Invalid Checkpoint Token: stale', 'Invalid checkpoint token: stale'])
  console.log(`${message}: ${await outcome(message)}`);
process.exit(0);
END
node look.mjs 2>/dev/null | grep '^Invalid' | tee seen
grep -q '^Invalid Checkpoint Token: stale: the invocation fails' seen && grep -q '^Invalid checkpoint token: stale: the execution is FAILED' seen ||
  { echo 'This has changed.' >&2; exit 1; }
