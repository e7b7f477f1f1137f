const memory = 'shares memory with its Worker, which cannot be';

/** Why tests of Node fail on cloud threads, by their names. */
export const reasons: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'beforeexit-throw-exit': memory,
    'cwd-race-condition': memory,
    'http2-generic-streams-terminate': memory,
    'message-channel-sharedarraybuffer': memory,
    'messaging-errors-timeout': memory,
    'nested-on-process-exit': memory,
    'sharedarraybuffer-from-worker-thread': memory,
    'stack-overflow-stack-size': memory,
    'terminate-source-map': memory,
    'voluntarily-exit-followed-by-addition': memory,
    'voluntarily-exit-followed-by-throw': memory,
    'workerdata-sharedarraybuffer': memory,
    'message-port-wasm-threads':
      'receives the shared memory of a WebAssembly instance from its Worker, which cannot be',
    'message-port-wasm-module': 'sends a compiled WebAssembly module, which Node can only hand over within a process',
    'node-options':
      'expects what Node itself prints when its Worker exits before that has ended; from elsewhere it comes later now and then',
    'process-env-shared': '`SHARE_ENV` is refused',
    'process-cwd': 'compares the working folder here with that of its Worker, which is one in its container',
    'messageport-hasref':
      'counts handles of Workers and ports with `async_hooks`; asking a Worker of Node to check arguments makes more',
    'message-port-inspect-during-init-hook':
      'has no Worker, and fails with Node alone, too, where a module is preloaded by `--import`: Node then makes promises that it does not expect',
    debug: 'attaches the inspector of this process to its Worker',
    'track-unmanaged-fds': 'looks in this process for file descriptors that its Worker opened in another one',
    messaging: 'Workers of Workers have the numbers of their container, and so messages by number do not find them',
  }).map(([name, why]) => [`test-worker-${name}.js`, why]),
);
