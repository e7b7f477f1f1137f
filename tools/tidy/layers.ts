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
  { name: 'api', owns: ['src/api/'], mayImport: ['model'] },
  {
    // What parts say of themselves to others; without anything that runs.
    name: 'contracts',
    owns: [
      'src/instance/contract.ts',
      'src/instance/guest.ts',
      'src/instance/places.ts',
      'src/store/contract.ts',
      'src/store/code/contract.ts',
      'src/store/logs/contract.ts',
      'src/store/zip/refusal.ts',
      'src/worker-manager/contract.ts',
    ],
    mayImport: ['model', 'protocol'],
  },
  { name: 'image', owns: ['src/image/'], mayImport: ['contracts', 'model'] },
  { name: 'instance', owns: ['src/instance/'], mayImport: ['contracts', 'image', 'protocol', 'model'] },
  // Drivers share what lies beside the contract, and know nothing of each other.
  ...['microvm', 'gvisor', 'host'].map((driver) => ({
    name: driver,
    owns: [`src/instance/${driver}/`],
    mayImport: ['instance', 'contracts', 'image', 'protocol', 'model'],
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
  { name: 'frontend', owns: ['src/frontend/'], mayImport: ['api', 'contracts', 'protocol', 'sharing', 'model'] },
  { name: 'agent', owns: ['src/agent/'], mayImport: ['protocol', 'model'] },
  { name: 'runtime', owns: ['src/runtime/'], mayImport: ['protocol', 'model'] },
  { name: 'sdk', owns: ['src/sdk/', 'src/index.ts'], mayImport: ['api', 'protocol', 'model'] },
  // The service inside somebody's program.
  { name: 'embedded', owns: ['src/embedded/'], mayImport: ['cli', 'protocol', 'model'] },
  { name: 'cli', owns: ['src/cli/'], mayImport: ['sdk', 'api', 'model'] },
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
      'warming-pool',
      'worker-manager',
      'frontend',
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
    from: 'src/cli/commands/doctor.ts',
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
