import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { driversUnderTest } from '../e2e/drivers.ts';
import { invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const root = join(import.meta.dirname, '..', '..');

for (const { name, skip } of await driversUnderTest({ usual: 'gvisor' })) {
  if (name === 'microvm') continue;
  describe(`portions of functions, driver ${name}`, { skip }, () => {
    let service: RunningService;
    const folder = mkdtempSync(join(tmpdir(), 'heddle-shop-'));
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', name, ...littleWarm);
      cpSync(join(root, 'examples/portions/shop'), folder, { recursive: true });
      const file = join(folder, 'heddle.json');
      // Its half second is meant for a machine that does nothing else. An example says nothing that weakens it.
      const kernel = name === 'host' ? ', "kernel": "any"' : '';
      writeFileSync(file, readFileSync(file, 'utf8').replace('500 }', `120000${kernel} }`));
    });
    after(async () => {
      await service[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    for (const how of ['--bundle', '--no-bundle'])
      test(`a module that heddle.json names runs apart, deployed with ${how}`, async () => {
        const env = { ...process.env, HEDDLE_URL: '', HEDDLE_HOME: service.home };
        const { stdout } = await promisify(execFile)(
          join(root, 'heddle'),
          ['deploy', folder, how, '--timeout', '300', '--json'],
          { env },
        );
        assert.match(Object(JSON.parse(stdout)).Packed, how === '--bundle' ? /^As one bundle/ : /^As it is/);
        const answer = await invoke(service, 'shop', { cents: 1_000 });
        const { plugInSees, ...own } = Object(answer.payload);
        assert.deepEqual(own, { cents: 900, key: true }, JSON.stringify(answer));
        const { processes, host: _host, ...sees } = plugInSees;
        assert.deepEqual(sees, { key: false, network: false });
        assert.ok(processes <= 3, `${processes} processes are seen`);
        const env2 = { env };
        const ps = await promisify(execFile)(join(root, 'heddle'), ['ps', '--json'], env2);
        const { instances, portions } = Object(JSON.parse(ps.stdout));
        const places = instances.filter((one: { portion?: unknown }) => one.portion !== undefined);
        assert.ok(places.length > 0 && !places.some(({ id }: { id: string }) => id === answer.instance));
        assert.ok(portions.untrusted.calls >= 2);
      });
  });
}
