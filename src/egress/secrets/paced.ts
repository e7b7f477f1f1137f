import { Transform } from 'node:stream';
import type { Speed } from '../carry.ts';

/** Bytes, no faster than that. */
export function paced({ paces, clock }: Speed): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const waitMs = Math.max(...paces.map((pace) => pace.take(chunk.length)));
      if (waitMs > 0) clock.timer(waitMs, () => done(null, chunk));
      else done(null, chunk);
    },
  });
}
