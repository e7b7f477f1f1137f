const memory = 'shares memory with its Worker, which cannot be';
const node20 = "fails with Node 24's own Worker too: it is of Node 20";
const hooks = "looks at Node's own handles with `async_hooks`; a Worker here has none";

/** Why tests of Node fail on cloud threads, by their names. */
export const reasons: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'beforeexit-throw-exit': memory,
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
    'message-port-wasm-threads': 'shares the memory of a WebAssembly instance with its Worker, which cannot be',
    'message-port-wasm-module': 'sends a compiled WebAssembly module, which Node can only hand over within a process',
    'process-env-shared': '`SHARE_ENV` is refused',
    hasref: hooks,
    'messageport-hasref': hooks,
    'message-port-inspect-during-init-hook': `${hooks}; it is confused by the promises that are made before it begins`,
    debug: 'looks for its Worker with the inspector of this process',
    'track-unmanaged-fds': 'looks here for file descriptors that its Worker opened',
    'cleanup-handles': 'looks here for file descriptors that its Worker opened',
    'init-failure':
      'starts Workers under a limit of file descriptors until one fails, and it is another error that does',
    messaging: '`postMessageToThread` between Workers: only from here to one of them it crosses machines',
    'node-options': '`--trace-exit` of this process is not told to the container',
    'resource-limits': 'so small a heap is filled beyond its bounds by what Node in a container has in it',
    'nearheaplimit-deadlock': 'a Worker without any heap does not end in a container',
    'message-port-message-before-close': '10,000 round trips in turn take more than the minute that a test has',
    'message-event': node20,
    'message-port-jstransferable-nested-untransferable': node20,
    'message-port-transfer-fake-js-transferable-internal': node20,
    'message-port-transfer-filehandle': node20,
    'message-port-transfer-native': node20,
    'message-transfer-port-mark-as-untransferable': node20,
    'workerdata-messageport': node20,
    'unsupported-things': node20,
    'no-atomics': node20,
    'no-sab': node20,
    'process-cwd': node20,
    'process-env': node20,
  }).map(([name, why]) => [`test-worker-${name}.js`, why]),
);
