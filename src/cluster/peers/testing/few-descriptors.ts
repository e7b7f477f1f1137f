import { hostCertificate } from '../certificate.ts';
import { systemClock } from '../../../model/clock.ts';
import { HostPeers } from '../host-peers.ts';

// A host that is started with few descriptors: `HOME`. Prints its port, `told` with the code when it is told that no connection could be taken, and `over` at the end of its input.

const [home = ''] = process.argv.slice(2);
const own = await hostCertificate(home, 'h-0000000000000001');
const told = (error: unknown): void =>
  void process.stdout.write(`told ${String(error instanceof Error && 'code' in error && error.code)}\n`);
await using peers = new HostPeers(own, systemClock, told);
const { port } = await peers.listen('127.0.0.1', 0);
process.stdout.write(`${port}\n`);
await new Promise<void>((resolve) => process.stdin.once('end', resolve).resume());
process.stdout.write('over\n');
