import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

// A service and a command line as users start them.

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver = isolating.find(({ skip }) => skip === false) ?? isolating[0];

/** Fails always, having written what a second time writes again. */
const charges = `const { appendFileSync } = require('node:fs');
exports.handler = async (event) => {
  if (event.never) appendFileSync('/mnt/ledger.txt', event.id);
  throw new Error('told to');
};`;

describe('what functions do, in a service', { skip: driver?.skip ?? 'no driver' }, () => {
  let home: string;
  let service: RunningService;
  before(async () => {
    home = await newHome();
    service = await startHeddle(home, '--driver', driver?.name ?? 'auto', ...littleWarm);
  });
  after(async () => await service[Symbol.asyncDispose]());

  function heddle(...args: readonly string[]): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const { status: code, ...said } = spawnSync(process.execPath, [main, ...args, '--home', home], {
      encoding: 'utf8',
    });
    return { code, stdout: said.stdout, stderr: said.stderr };
  }

  function write(name: string, text: string): string {
    const path = join(home, 'work', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  test('a deployment tells what changed, a gate refuses it, and what runs stays as it was', () => {
    const path = write('pays.ts', 'export const handler = async (event: { id: string }) => event.id;');
    assert.equal(heddle('deploy', path, '--timeout', '60', '--require', 'idempotent,stays-on-machine').code, 0);
    write(
      'pays.ts',
      "export const handler = async (event: { id: string }) => (await fetch('https://pay.example/', { method: 'POST', body: event.id })).ok;",
    );
    const refused = heddle('deploy', path, '--timeout', '60', '--require', 'idempotent,stays-on-machine');
    assert.equal(refused.code, 4, refused.stderr);
    assert.match(refused.stderr, /pays is not deployed: --require asks for idempotent, stays-on-machine/);
    assert.equal(heddle('invoke', 'pays', '--payload', '{"id": "seven"}').stdout.trim(), '"seven"');
    const taken = heddle('deploy', path, '--timeout', '60');
    assert.match(
      taken.stderr,
      /pays is no longer idempotent: it now sends POST to pay\.example without an idempotency key \(pays\.ts:1\)/,
    );
    assert.match(taken.stderr, /pays now leaves the machine/);
  });

  test('the log of a function says once that it is tried again and should not be', async () => {
    await deploy(service, 'charges', charges, { Tags: { 'heddle:event-delays': '1ms', 'heddle:event-retries': '2' } });
    using client = new HeddleClient(findConnection(home, {}));
    const stop = new AbortController();
    const { promise: warned, resolve, reject } = Promise.withResolvers<string>();
    const following = (async () => {
      for await (const entry of client.logs('charges', { follow: true, since: '0', signal: stop.signal }))
        if (entry.text('text').includes('WARNING')) resolve(entry.text('text'));
    })().catch((error: unknown) => (stop.signal.aborted ? undefined : reject(error)));
    await service.client.send(
      new InvokeCommand({ FunctionName: 'charges', InvocationType: 'Event', Payload: '{"id": 1}' }),
    );
    assert.match(
      await warned,
      /charges is not retry-safe: it writes a file outside of \/tmp \(appendFileSync\) \(index\.js:3\)\. See: heddle effects charges/,
    );
    stop.abort();
    await following;
    const shown = (await client.snapshot()).list('effects').find((each) => each.text('function') === 'charges');
    assert.equal(shown?.object('answers').text('retry-safe'), 'no');
  });

  test('code that makes its reader give up is unknown, and the service goes on', async () => {
    const nested = `exports.handler = async () => ${'('.repeat(60_000)}1${')'.repeat(60_000)};`;
    await deploy(service, 'nested', nested);
    const { stdout, stderr } = heddle('effects', 'nested', '--json');
    const answer = JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`) as {
      verdicts: Record<string, { answer: string }>;
    };
    assert.equal(answer.verdicts['idempotent']?.answer, 'unknown');
    assert.equal(heddle('functions').code, 0);
  });
});
