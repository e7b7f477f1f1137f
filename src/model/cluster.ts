/** What a service is told of the cluster that it belongs to. A service without it knows of no other machine, and of no NATS. */
export interface ClusterSettings {
  /** NATS servers, such as `nats://10.0.0.1:4222` or `tls://…`. */
  readonly servers: readonly string[];
  /** File with the seed of the NATS user (nkey) that hosts connect as; only its owner may read it. */
  readonly keyFile: string;
  /** PEM of who signed the NATS servers' certificates, where they have some. */
  readonly caFile?: string;
  /** Of this host, for people. */
  readonly hostName: string;
  /** Where it listens for the other hosts; port 0 lets the system choose. */
  readonly peerHost: string;
  readonly peerPort: number;
  /** Of what is kept: how many NATS servers have it. Less than 3 only where there are fewer servers. */
  readonly replicas: 1 | 3 | 5;
  /** What it does with requests while it cannot know what was changed at other hosts: it answers from what it knows (also where it is not said), or refuses them. */
  readonly cutOff?: 'serve' | 'refuse';
}
