/** One part of the system, and what it may import besides itself. */
export interface Layer {
  readonly name: string;
  /** What begins or is the path of its files; the longest match of all layers counts. */
  readonly owns: readonly string[];
  readonly mayImport: readonly string[];
}

/** Which way imports point: the picture in docs/ARCHITECTURE.md as a table. A part always may import itself. */
export const layers: readonly Layer[] = [
  { name: 'model', owns: ['src/model/'], mayImport: [] },
  { name: 'protocol', owns: ['src/protocol/'], mayImport: ['model'] },
  // What may be connected to: pure, and asked wherever somebody writes it down.
  { name: 'egress policy', owns: ['src/egress/policy/'], mayImport: ['model'] },
  { name: 'egress', owns: ['src/egress/'], mayImport: ['egress policy', 'protocol', 'model'] },
  { name: 'api', owns: ['src/api/'], mayImport: ['model'] },
  // What bounds code, and what it may do: pure.
  { name: 'policies', owns: ['src/policies/'], mayImport: ['egress policy', 'api', 'model'] },
  {
    // What parts say of themselves to others; without anything that runs.
    name: 'contracts',
    owns: [
      'src/cluster/contract.ts',
      'src/instance/contract.ts',
      'src/instance/guest.ts',
      'src/instance/places.ts',
      'src/store/changes-contract.ts',
      'src/store/contract.ts',
      'src/store/code/contract.ts',
      'src/store/documents-contract.ts',
      'src/store/durable/contracts/',
      'src/store/logs/contract.ts',
      'src/store/auxiliary/contract.ts',
      'src/store/secrets/contract.ts',
      'src/store/settings-contract.ts',
      'src/store/versions-contract.ts',
      'src/store/zip/refusal.ts',
      'src/worker-manager/contract.ts',
    ],
    mayImport: ['model', 'protocol'],
  },
  // What functions do, found by reading their code: pure, for the command line and for a worker thread of the service.
  { name: 'effects', owns: ['src/effects/'], mayImport: ['model'] },
  { name: 'image', owns: ['src/image/'], mayImport: ['contracts', 'model'] },
  { name: 'instance', owns: ['src/instance/'], mayImport: ['contracts', 'image', 'protocol', 'model'] },
  // Drivers share what lies beside the contract, and know nothing of each other.
  ...['microvm', 'gvisor', 'host'].map((driver) => ({
    name: driver,
    owns: [`src/instance/${driver}/`],
    mayImport: ['instance', 'contracts', 'image', 'relay network', 'protocol', 'model'],
  })),
  { name: 'store', owns: ['src/store/'], mayImport: ['contracts', 'protocol', 'model'] },
  // Its state machines know the model only; the way in speaks the requests and replies of the interface.
  { name: 'sharing', owns: ['src/sharing/'], mayImport: ['api', 'model'] },
  { name: 'warming-pool', owns: ['src/warming-pool/'], mayImport: ['contracts', 'model'] },
  {
    name: 'worker-manager',
    owns: ['src/worker-manager/'],
    mayImport: ['warming-pool', 'contracts', 'protocol', 'model'],
  },
  {
    // What is done later, because something happened: asynchronous invocations, queues, sources, schedules, executions.
    name: 'events',
    owns: ['src/events/'],
    mayImport: ['api', 'contracts', 'egress policy', 'model'],
  },
  // Buckets and objects, on files and in SQLite.
  { name: 'objects', owns: ['src/objects/'], mayImport: ['model'] },
  // What functions call, and what that says of what comes next.
  { name: 'prediction', owns: ['src/prediction/'], mayImport: ['model'] },
  // Where the time of calls went: records of them, and spans for OpenTelemetry.
  { name: 'traces', owns: ['src/traces/'], mayImport: ['contracts', 'protocol', 'model'] },
  // Many hosts that are one service.
  {
    name: 'cluster',
    owns: ['src/cluster/'],
    mayImport: ['contracts', 'image', 'store', 'sharing', 'api', 'protocol', 'model'],
  },
  // What its operator does with a cluster as a whole, beside the service.
  {
    name: 'cluster operations',
    owns: ['src/cluster/local/', 'src/cluster/setup/', 'src/cluster/transfer/'],
    mayImport: ['cluster', 'image', 'model'],
  },
  {
    name: 'frontend',
    owns: ['src/frontend/'],
    mayImport: [
      'effects',
      'events',
      'objects',
      'prediction',
      'traces',
      'api',
      'contracts',
      'egress policy',
      'policies',
      'protocol',
      'sharing',
      'model',
    ],
  },
  // What is asked of a kernel for containers' connections: text, which a driver's probe asks as well.
  {
    name: 'relay network',
    owns: ['src/agent/relay/network/'],
    mayImport: [],
  },
  { name: 'agent', owns: ['src/agent/'], mayImport: ['relay network', 'protocol', 'model'] },
  { name: 'runtime', owns: ['src/runtime/'], mayImport: ['protocol', 'model'] },
  { name: 'sdk', owns: ['src/sdk/', 'src/index.ts'], mayImport: ['api', 'protocol', 'model'] },
  // The service inside somebody's program.
  { name: 'embedded', owns: ['src/embedded/'], mayImport: ['cli', 'protocol', 'model'] },
  {
    name: 'cli',
    owns: ['src/cli/'],
    mayImport: ['cluster operations', 'sdk', 'api', 'effects', 'egress policy', 'model'],
  },
  { name: 'dashboard', owns: ['src/dashboard/'], mayImport: ['api', 'model'] },
  {
    name: 'daemon',
    owns: ['src/daemon.ts', 'src/daemon/'],
    mayImport: [
      'model',
      'protocol',
      'api',
      'contracts',
      'image',
      'instance',
      'microvm',
      'gvisor',
      'host',
      'store',
      'sharing',
      'effects',
      'egress',
      'egress policy',
      'policies',
      'warming-pool',
      'worker-manager',
      'events',
      'prediction',
      'traces',
      'frontend',
      'cluster',
      'dashboard',
    ],
  },
];

/** Imports against the direction that are right all the same. */
export const importExceptions: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  {
    from: 'src/cli/service.ts',
    to: 'src/daemon.ts',
    why: '`heddle up` and `start` run the service in their own process; the one place where the program is put together',
  },
  {
    from: 'src/embedded/main.ts',
    to: 'src/daemon.ts',
    why: 'a program without a service of its own starts one in its process; the other place where the program is put together',
  },
  {
    from: 'src/cli/drivers.ts',
    to: 'src/daemon.ts',
    why: '`heddle doctor` tries the drivers without a service',
  },
  {
    from: 'src/cli/drivers.ts',
    to: 'src/instance/contract.ts',
    why: 'the verdict of a probe is printed by `heddle doctor`',
  },
  {
    from: 'src/cli/commands/service/doctor.ts',
    to: 'src/instance/contract.ts',
    why: 'the verdict of a probe is printed by `heddle doctor`',
  },
];

/** The layer that a file belongs to, or undefined where it is in none. */
export function layerOf(path: string): Layer | undefined {
  let best: { readonly layer: Layer; readonly length: number } | undefined;
  for (const layer of layers)
    for (const prefix of layer.owns)
      if (path.startsWith(prefix) && prefix.length > (best?.length ?? 0)) best = { layer, length: prefix.length };
  return best?.layer;
}
