// oxlint-disable no-console -- what it prints is what is looked at
import { setImmediate as nextTurn } from 'node:timers/promises';

let calls = 0;
console.log('loaded by', process.execPath);

export async function handler(event, context) {
  calls += 1;
  switch (event.do) {
    case 'throw':
      throw new TypeError('as asked');
    case 'bigint':
      return 10n;
    case 'exit':
      return process.exit(7);
    case 'print':
      console.log('one', { two: 2 });
      console.error('three\nfour');
      return undefined;
    default:
      return { event, calls, leftMs: context.getRemainingTimeInMillis(), context };
  }
}

export const streaming = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('application/json');
  stream.write('["first"');
  await nextTurn();
  console.log('streams', event.do);
  if (event.do === 'throw') throw new RangeError('midway');
  stream.write(`,"${'x'.repeat(2_000_000)}"]`);
  stream.end();
});
