import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOtlpReceiver } from '../../../test/traces/otlp-receiver.ts';
import type { TraceSpan } from '../span.ts';
import { OtlpExport } from './otlp-export.ts';

const span: TraceSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentId: undefined,
  name: 'n',
  kind: 'server',
  startMs: 1_800_000_000_000.25,
  endMs: 1_800_000_000_001.5,
  attributes: { text: 't', number: 0.5, flag: false, nothing: undefined },
};

test('of spans that cannot leave, as many wait as may; the rest is dropped and counted', async () => {
  await using receiver = await startOtlpReceiver();
  const failures: number[] = [];
  const onFailed = (count: number): void => void failures.push(count);
  const sink = new OtlpExport({ endpoint: receiver.url, version: '1', host: undefined, onFailed, queueMax: 100 });
  receiver.hold(true);
  for (let n = 0; n < 250; n++) sink.take(span);
  assert.deepEqual(sink.counts, { exported: 0, dropped: 150, failed: 0, pending: 100 });
  receiver.hold(false);
  await sink[Symbol.asyncDispose]();
  assert.deepEqual(sink.counts, { exported: 100, dropped: 150, failed: 0, pending: 0 });
  const [{ startNs, endNs, attributes } = assert.fail()] = receiver.spans;
  assert.deepEqual([startNs, endNs], [1_800_000_000_000_250_000n, 1_800_000_000_001_500_000n]);
  assert.deepEqual(attributes, { text: 't', number: 0.5, flag: false });
  assert.deepEqual(failures, []);
});

test('spans that their receiver refuses are counted, and said so', async () => {
  await using receiver = await startOtlpReceiver();
  receiver.refuse(400);
  let failed = 0;
  const onFailed = (count: number): void => void (failed += count);
  const sink = new OtlpExport({ endpoint: receiver.url, version: '1', host: undefined, onFailed, queueMax: 100 });
  sink.take(span);
  await sink[Symbol.asyncDispose]();
  assert.equal(failed, 1);
  assert.deepEqual(sink.counts, { exported: 0, dropped: 0, failed: 1, pending: 0 });
});

test('what a receiver says that it has not kept is not counted as exported', async () => {
  await using receiver = await startOtlpReceiver();
  receiver.rejectOfEach(2, 'attributes are too long');
  const failures: unknown[] = [];
  const onFailed = (count: number, error: Error | undefined): void => void failures.push([count, error?.message]);
  const sink = new OtlpExport({ endpoint: receiver.url, version: '1', host: undefined, onFailed, queueMax: 100 });
  for (let n = 0; n < 5; n++) sink.take(span);
  await sink[Symbol.asyncDispose]();
  assert.deepEqual(sink.counts, { exported: 3, dropped: 0, failed: 2, pending: 0 });
  assert.deepEqual(failures, [[2, 'The receiver refused them: attributes are too long']]);
});
