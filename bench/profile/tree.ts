/** What `node --cpu-prof` writes, as far as it is read here. Source: Chrome DevTools Protocol, Profiler.Profile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0. */
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  /** Microseconds of the monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** From each sample to the one before. */
  readonly timeDeltas: readonly number[];
}

/** A function as it was called from another, with the time it was seen to run. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  /** Of it and what it called, microseconds. */
  totalUs: number;
  readonly children: Map<string, Frame>;
}

const notWork = new Set(['(idle)']);

/** The calls seen between two moments of the monotonic clock (microseconds), without those that only waited. */
export function callTree(profile: CpuProfile, fromUs: number, toUs: number): Frame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const root: Frame = { name: 'all', file: '', totalUs: 0, children: new Map() };
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const deltaUs = Math.max(0, profile.timeDeltas[index] ?? 0);
    atUs += deltaUs;
    const path: { name: string; file: string }[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame === undefined || frame.functionName === '(root)') continue;
      const file = frame.url === '' ? '' : `${frame.url}:${frame.lineNumber + 1}`;
      path.unshift({ name: frame.functionName || '(anonymous)', file });
    }
    if (atUs < fromUs || atUs > toUs || notWork.has(path.at(-1)?.name ?? '')) continue;
    add(root, path, deltaUs);
  }
  return root;
}

function add(root: Frame, path: readonly { readonly name: string; readonly file: string }[], us: number): void {
  root.totalUs += us;
  let at = root;
  for (const { name, file } of path) {
    const key = `${name} ${file}`;
    const child = at.children.get(key) ?? { name, file, totalUs: 0, children: new Map() };
    at.children.set(key, child);
    child.totalUs += us;
    at = child;
  }
}
