import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../model/clock.ts';
import { admissionOf } from './admission.ts';
import { createApp } from './create-app.ts';

test('what is resumed before the first request may take any time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const admission = admissionOf('127.0.0.1', undefined, new AbortController().signal);
  const app = createApp({
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    admission,
    readLease: undefined,
    servedRaw: () => false,
  });
  const begun = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  app.addHook('onReady', async () => {
    begun.resolve();
    await resumed.promise;
  });
  const ready = app.ready();
  await begun.promise;
  t.mock.timers.tick(3_600_000);
  resumed.resolve();
  // Rejects where somebody has lost patience.
  await ready;
  await app.close();
});
