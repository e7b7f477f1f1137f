import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../src/cli/testing.ts';
import { browser, browserPackages, packages, type Program, programs } from './deployed-programs.ts';
import { driversUnderTest } from './drivers.ts';
import { installed, type Installed, writeFiles } from './packages-cache.ts';
import { invoke, newHome, startHeddle, type RunningService } from './service.ts';

/** Programs with add-ons, or that start others: these are also called where all of that is isolated. */
const native = ['sharp', 'esbuild', 'better-sqlite3'];
const ready = await installed(packages);
const browserReady = await installed(browserPackages);

/** Deploys a program that lies below the packages which it needs, as in a workspace, by the command that a user gives; then calls it. */
async function deployAndCall(service: RunningService, modules: string, program: Program): Promise<void> {
  const { name, files, prepare, path = '', memory = 512, event, gives, way } = program;
  const folder = await mkdtemp(join(modules, `../${name}-`));
  try {
    await writeFiles(folder, files);
    prepare?.(folder);
    const flags = ['--name', name, '--memory', String(memory), '--timeout', '120'];
    const { code, stderr } = await runCli(service.home, ['deploy', join(folder, path), ...flags]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, way);
    const answer = await invoke(service, name, event);
    assert.equal(answer.functionError, undefined, JSON.stringify(answer.payload));
    gives(answer.payload);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function testOf(service: () => RunningService, program: Program, where: Installed): void {
  test(program.name, { skip: 'skip' in where && where.skip }, async () => {
    if ('modules' in where) await deployAndCall(service(), where.modules, program);
  });
}

// An emulated processor takes minutes to load what these load in a second: the same code on two drivers is enough.
const drivers = await driversUnderTest();
describe('what people deploy runs', { concurrency: 2 }, () => {
  for (const { name: driver, skip } of drivers.filter(({ name }) => name !== 'microvm'))
    describe(`driver ${driver}`, { skip }, () => {
      let service: RunningService;
      before(async () => {
        service = await startHeddle(await newHome(), '--driver', driver, '--warm', 'nodejs24.x-512=1..1');
      });
      after(() => service[Symbol.asyncDispose]());
      for (const program of programs)
        if (driver === 'host' || native.includes(program.name)) testOf(() => service, program, ready);
      if (driver === 'gvisor') testOf(() => service, browser, browserReady);
    });
});
