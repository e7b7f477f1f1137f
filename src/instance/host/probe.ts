import type { ProbeVerdict } from '../contract.ts';
import { runProbe, probeWord } from '../probes/run-probe.ts';
import { isRoot, userNamespaceRemedy } from '../processes/user.ts';
import { viewArguments } from './view.ts';

/** A sandbox in a sandbox, as agent and container are, takes some 20 ms. */
const deadlineMs = 5_000;

/** Runs a shell in the view of an agent, and in that a container's namespaces. */
export function probeHost(signal: AbortSignal): Promise<ProbeVerdict> {
  // As containers are made. `--unshare-all` would be shorter, and would also try a user namespace as root, where the
  // kernel then refuses a second `/proc`.
  const namespaces = ['pid', 'ipc', 'uts', 'net', ...(isRoot() ? [] : ['user'])].map((name) => `--unshare-${name}`);
  const inner = [...namespaces, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  return runProbe(
    {
      driver: 'host',
      mode: isRoot() ? 'bubblewrap, as root' : 'bubblewrap, in user namespaces',
      command: ['bwrap', ...viewArguments(), 'bwrap', ...inner, '/bin/sh', '-c', `echo ${probeWord}`],
      deadlineMs,
      remedy: (output) =>
        /bwrap: (not found|No such file)|failed to execute bwrap|cannot execute/.test(output)
          ? 'Install bubblewrap: apt install bubblewrap'
          : userNamespaceRemedy(),
    },
    signal,
  );
}
