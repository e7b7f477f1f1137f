// Of `relay-stream.ts`: writes as many MiB to its channel as the byte says that comes there.
import { Socket } from 'node:net';

const chunk = Buffer.alloc(65_536, 'x');
const channel = new Socket({ fd: 3, readable: true, writable: true });

async function write(chunks: number): Promise<void> {
  for (let n = 0; n < chunks; n += 1)
    if (!channel.write(chunk)) await new Promise<void>((resolve) => void channel.once('drain', resolve));
}

channel.on('data', ([mb = 0]: Buffer) => void write(mb * 16));
