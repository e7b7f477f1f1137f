import { after, before, describe } from 'node:test';
import { driversUnderTest } from '../e2e/drivers.ts';
import { coreCases } from './core-cases.ts';
import { useService } from './harness.ts';

for (const { name, skip } of await driversUnderTest()) {
  // A thread in an emulated machine is the same thread, only slowly: two drivers tell.
  if (name === 'microvm') continue;
  describe(`threads over a WebSocket, driver ${name}`, { skip }, () => {
    let used: AsyncDisposable;
    before(async () => {
      used = await useService(name);
    });
    after(() => used[Symbol.asyncDispose]());
    coreCases();
  });
}
