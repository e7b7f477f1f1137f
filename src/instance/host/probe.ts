import { networkScript } from '../../agent/relay/network/network-script.ts';
import type { ProbeVerdict } from '../contract.ts';
import { runProbe, probeWord } from '../probes/run-probe.ts';
import { isRoot, userNamespaceRemedy } from '../processes/user.ts';
import { viewArguments } from './view.ts';

/** A sandbox in a sandbox, as agent and container are, takes some 20 ms. */
const deadlineMs = 5_000;

/**
 * As the relay does, in a network of its own: has the kernel lead to it what containers connect to, and says what of that it does not. Arguments:
 * flags of `unshare`.
 */
const perl = `use strict; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6);
${networkScript}
syscall(272, $ARGV[0] + 0) == 0 or die "a network of its own: $!\\n";
socket(my $any, AF_INET, SOCK_DGRAM, 0) or die "its loopback: $!\\n";
my $up = pack('a16 S x22', 'lo', 1);
ioctl($any, 0x8914, $up) or die "its loopback: $!\\n";
my ($lacks) = prepare_namespace('linux');
print "${probeWord}\\n", $lacks eq '' ? '' : "limited: $lacks\\n";`;
const newUser = 0x10000000;
const newNetwork = 0x40000000;

/** Makes a container's namespaces in the view of an agent, and then runs the relay's first steps there. */
export function probeHost(signal: AbortSignal): Promise<ProbeVerdict> {
  // As containers are made. `--unshare-all` would be shorter, and would also try a user namespace as root, where the
  // kernel then refuses a second `/proc`.
  const namespaces = ['pid', 'ipc', 'uts', 'net', ...(isRoot() ? [] : ['user'])].map((name) => `--unshare-${name}`);
  const inner = [
    'bwrap',
    ...namespaces,
    '--ro-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '/bin/sh',
    '-c',
    ':',
  ];
  const flags = newNetwork + (isRoot() ? 0 : newUser);
  return runProbe(
    {
      driver: 'host',
      mode: isRoot() ? 'bubblewrap, as root' : 'bubblewrap, in user namespaces',
      command: ['bwrap', ...viewArguments(), '/bin/sh', '-c', `${inner.join(' ')} && exec perl -e "$0" ${flags}`, perl],
      deadlineMs,
      remedy: (output) =>
        /bwrap: (not found|No such file)|failed to execute bwrap|cannot execute/.test(output)
          ? 'Install bubblewrap: apt install bubblewrap'
          : userNamespaceRemedy(),
      limits: (output) => {
        const [, lacks] = /limited: (.*)/s.exec(output) ?? [];
        const what = `Functions reach names on their usual ports only, and no addresses given as numbers (${lacks}).`;
        return lacks === undefined ? undefined : { what, remedy: 'Have the kernel know nf_tables: modprobe nf_tables' };
      },
    },
    signal,
  );
}
