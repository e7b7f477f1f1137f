/**
 * Loads the parts of Node that functions commonly import and that take long to load: together 10 ms, and 20 times that on
 * an emulated processor, where the first invocation would have to wait for it. They cost 1.5 MiB in each blank container.
 * `node:http2` (7 ms more) and `fetch` (30 ms) are left out: most functions never need them, and no start waits for them. So is `node:https` (8 ms) unless this process
 * is to be copied (`shared`): copies share its 2 MiB.
 */
export async function preload(shared: boolean): Promise<void> {
  // Not `import '…'`: the bundler drops those, as it knows that they have no side effects. Not `require`: it would leave
  // the ES module's side of each to be made.
  await Promise.all([...names, ...(shared ? ['https'] : [])].map((name) => import(`node:${name}`)));
}

const names = [
  ...['async_hooks', 'buffer', 'child_process', 'crypto', 'events', 'fs', 'fs/promises', 'module', 'os', 'path'],
  ...['perf_hooks', 'stream', 'stream/promises', 'timers/promises', 'url', 'util', 'zlib'],
];
