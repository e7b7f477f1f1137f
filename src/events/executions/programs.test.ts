import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scriptedExecutions } from './testing/scripted.ts';

const owner = { account: '111111111111', region: 'us-east-1' };
const always = new AbortController().signal;

test('a holder that goes lets go of all it has, and of nothing else; its tokens are good for nothing then', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-programs-'));
  await using service = await scriptedExecutions(folder.path, {});
  const { programs } = service.executions;
  const [one, other] = [{}, {}];
  const first = await programs.open(owner, 'a', one, always);
  const second = await programs.open(owner, 'b', one, always);
  const kept = await programs.open(owner, 'c', other, always);
  const tokens = [first, second, kept].map(({ token }) => token ?? '');
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) await programs.checkpoint(owner.account, token, []);
  await assert.rejects(programs.checkpoint('222222222222', tokens[0] ?? '', []), /token/i);
  const waiting = programs.open(owner, 'a', other, always);
  programs.release(one);
  const taken = await waiting;
  assert.notEqual(taken.token, first.token);
  for (const token of tokens.slice(0, 2)) await assert.rejects(programs.checkpoint(owner.account, token, []), /token/i);
  for (const token of [kept.token, taken.token]) await programs.checkpoint(owner.account, token ?? '', []);
  programs.over(owner.account, taken.token ?? '');
  await assert.rejects(programs.checkpoint(owner.account, taken.token ?? '', []), /token/i);
  assert.notEqual((await programs.open(owner, 'a', one, always)).token, taken.token);
});
