import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Circumstances, planInstall } from './plan.ts';

const fresh: Circumstances = {
  packages: ['qemu-system-x86', 'bubblewrap'],
  root: false,
  aptGet: true,
  sudoSilent: false,
  sudo: true,
  terminal: true,
  agreed: false,
};

test('nothing is done where nothing is missing', () => {
  assert.deepEqual(planInstall({ ...fresh, packages: [] }), { kind: 'nothing' });
});

test('on a terminal the user is asked before the system is changed', () => {
  assert.deepEqual(planInstall({ ...fresh, root: true }), { kind: 'install', ask: true, prefix: [] });
  assert.deepEqual(planInstall(fresh), { kind: 'install', ask: true, prefix: ['sudo'] });
  assert.deepEqual(planInstall({ ...fresh, agreed: true }), { kind: 'install', ask: false, prefix: ['sudo'] });
});

test('root without a terminal goes on', () => {
  assert.deepEqual(planInstall({ ...fresh, root: true, terminal: false }), { kind: 'install', ask: false, prefix: [] });
});

test('an ordinary user without a terminal uses sudo only where it asks for nothing', () => {
  const silent = planInstall({ ...fresh, terminal: false, sudoSilent: true });
  assert.deepEqual(silent, { kind: 'install', ask: false, prefix: ['sudo', '-n'] });
  const advice = planInstall({ ...fresh, terminal: false });
  assert.deepEqual(advice, { kind: 'advise', command: 'sudo apt-get install qemu-system-x86 bubblewrap' });
});

test('without apt-get the packages are only named', () => {
  const plan = planInstall({ ...fresh, aptGet: false, root: true });
  assert.equal(plan.kind, 'advise');
});
