import { after, before, describe } from 'node:test';
import { coreCases } from './core-cases.ts';
import { useEmbedded } from './harness.ts';

describe('threads on an embedded service, driver host', () => {
  let used: AsyncDisposable;
  before(async () => {
    used = await useEmbedded('host');
  });
  after(() => used[Symbol.asyncDispose]());
  coreCases();
});
