import { join } from 'node:path';

/**
 * The command that runs the sandbox of which `folder` holds the bundle (`config.json`). Number n of `channels` socket
 * pairs, file descriptor 3 + n here, has the same number in the sandbox.
 */
export function runscCommand(runsc: string, folder: string, channels: number): [string, ...string[]] {
  return [
    runsc,
    `--root=${join(folder, 'state')}`,
    '--platform=systrap',
    '--network=none',
    // The relay may have a raw socket: gVisor takes rules of iptables through no other.
    '--net-raw',
    // The root is read-only and what is written lies in tmpfs: no layer above it, and nothing to write back.
    '--overlay2=none',
    '--file-access=exclusive',
    '--file-access-mounts=exclusive',
    // Memory is limited by the host, see memory.ts: runsc's own cgroups need root, and stay behind when it is killed.
    '--ignore-cgroups',
    'run',
    `--bundle=${folder}`,
    ...Array.from({ length: channels }, (_, n) => `--pass-fd=${3 + n}:${3 + n}`),
    'sandbox',
  ];
}
