import { launcher } from '../../context.ts';

/** What `heddle cluster join` prints. */
export function joinText(): string {
  const it = launcher();
  return `A machine joins a cluster by starting the service with three things: where NATS is, the key of hosts, and an
address at which the other hosts reach it.

  1. Copy hosts.nk (made by "${it} cluster init") to the machine: mode 0600, owned by who runs Heddle.
  2. ${it} up --cluster nats://10.0.0.1:4222,nats://10.0.0.2:4222,nats://10.0.0.3:4222 \\
         --cluster-key /etc/heddle/hosts.nk --host-name $(hostname) --peer-host 10.0.0.4 --peer-port 4334 \\
         --host 10.0.0.4 --expose
  3. ${it} cluster ps      shows it among the others.

It takes functions, keys and accounts of the cluster: its home has to be new, or of this cluster. A home with functions of
its own is refused, and nothing of it is changed. As a service of systemd: deploy/systemd. To take a machine out again:
${it} cluster drain there, then stop the service, then ${it} cluster remove HOST at any other.
`;
}
