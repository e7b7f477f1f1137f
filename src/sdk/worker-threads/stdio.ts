import { Readable, Writable } from 'node:stream';

/** What a Worker prints: for whoever reads it, and else for this process's own output. */
export function outputOf(own: NodeJS.WriteStream, kept: boolean): Readable {
  const stream = new Readable({ read: () => undefined });
  if (!kept) stream.on('data', (data: Buffer) => own.write(data));
  return stream;
}

/** What is written to a Worker's standard input. */
export function inputOf(send: (data: Uint8Array | null) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      send(new Uint8Array(chunk));
      done();
    },
    final: (done) => {
      send(null);
      done();
    },
  });
}
