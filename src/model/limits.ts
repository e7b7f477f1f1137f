/** Every limit of the service. Derived in the open; the relations between them are checked when this file loads. */
export const limits = {
  /** One protocol frame, either way. Carries one whole invocation payload and what surrounds it. */
  frameBytesMax: 16_777_216, // 16 MiB
  /** Payload and answer of a synchronous invocation, as AWS Lambda has it. */
  payloadBytesMax: 6_291_456, // 6 MiB
  /** Payload of an asynchronous (`Event`) invocation. */
  eventPayloadBytesMax: 1_048_576, // 1 MiB
  /** How long an accepted event is tried while there is no capacity for it, as AWS Lambda has it. */
  eventAgeMsMax: 21_600_000, // 6 h
  /** `X-Amz-Client-Context`, base64. */
  clientContextBytesMax: 3_583,

  /** What one invocation may print; the rest is cut, visibly. */
  logBytesMax: 1_048_576, // 1 MiB
  /** What `X-Amz-Log-Type: Tail` returns. */
  logTailBytes: 4_096, // 4 KiB

  /** A function's zip file as uploaded. */
  codeZipBytesMax: 52_428_800, // 50 MiB
  /** The same, unpacked. */
  codeBytesMax: 262_144_000, // 250 MiB
  codeFilesMax: 20_000,
  /** Unpacked ÷ packed size of one entry above which (and above 1 MiB) it is taken for a bomb. */
  codeRatioMax: 200,
  /** A code message carries at most this many bytes of file data; larger files are sent in parts. */
  codePartBytesMax: 4_194_304, // 4 MiB

  functionTimeoutMsMin: 1_000,
  functionTimeoutMsMax: 900_000,
  functionMemoryMbMin: 128,
  functionMemoryMbMax: 10_240,
  environmentBytesMax: 4_096, // 4 KiB

  /** Channels of an instance that is a virtual machine: 0 is the agent's, the others are for containers, each used once. Virtio-serial has 31. */
  channelsPerInstance: 25,
  /** The same where they are socket pairs: two file descriptors each, and nothing else while nobody uses them. */
  socketChannelsPerInstance: 129,
  /** One more, for templates: a container on it rehearses what copies will do, and is gone before there are any. */
  rehearsalChannel: 25,
  /** Containers alive at the same time in one instance. */
  containersPerInstanceMax: 64,
  /** Processes and threads in one container (Node alone has about 11). */
  pidsPerContainer: 128,
  /** `/tmp` of a container. */
  tmpBytes: 536_870_912, // 512 MiB

  /** A thread without a time-out of its own is ended after this. */
  threadTimeoutMsMax: 86_400_000, // 24 h
  /** The arguments of a thread, or its result, cloned: where nothing else is said, and at the very most. */
  threadValueBytes: 268_435_456, // 256 MiB
  threadValueBytesMax: 1_073_741_824, // 1 GiB
  /** One message of a thread's port, or one item of its stream, cloned. */
  threadMessageBytesMax: 16_000_000,
  /** Of a thread, for people. */
  threadNameUnitsMax: 128,
  /** Threads of one session that have not ended. */
  threadsPerSessionMax: 10_000,
  /** Sent in a session and not yet taken by the other side: senders wait from the first on; at the second it ends. */
  sessionWindowBytes: 4_194_304, // 4 MiB
  sessionUnsentBytesMax: 268_435_456, // 256 MiB
  /** How long the service waits for a client whose connection broke, before it ends its threads. */
  sessionResumeMsMax: 15_000,

  /** How long an agent has to say hello after its instance was started from nothing. */
  agentHelloMsMax: 60_000,
  /** How long a new container's runtime has to say hello. */
  containerHelloMsMax: 30_000,
  /** How long an agent has to do as it is asked (kill, bind) before its instance is destroyed. */
  agentAnswerMsMax: 15_000,
  /** Initialisation of a function's module, beside its time-out. */
  initMsMax: 10_000,

  /** Mutexes, counters, channels and so on that are there at the same time; each takes a few hundred bytes. */
  sharedObjectsPerAccountMax: 10_000,
  sharedWaitsPerObjectMax: 10_000,
  sharedWaitsPerAccountMax: 50_000,
  /** What dictionaries keep and channels carry, all together. */
  sharedBytesPerAccountMax: 268_435_456, // 256 MiB
  /** One item of a channel, one value of a dictionary. */
  sharedValueBytesMax: 4_194_304, // 4 MiB
  /** Names of shared objects, in UTF-16 units. */
  sharedNameLengthMax: 256,
  /** Keys of a dictionary, in UTF-16 units. */
  sharedKeyLengthMax: 1_024,
  sharedDictEntriesMax: 10_000,
  /** Items in a channel that nobody has received yet. */
  sharedChannelCapacityMax: 10_000,
  sharedPermitsMax: 1_000_000,
  sharedPartiesMax: 10_000,
  sharedLatchCountMax: 1_000_000_000,
  /** A counter is a signed number of so many bits. */
  sharedCounterBits: 128,
  /** Longest that a request says it waits; without one it waits until its holder ends. Timers go no further. */
  sharedTimeoutMsMax: 2_147_483_647, // 24 d
  sharedTtlMsMax: 2_147_483_647, // 24 d
  /** How long what only says that it is over (an open latch, a closed channel, a broken barrier) is kept unused. */
  sharedSpentMsMax: 3_600_000, // 1 h
  /** Rows that a query of the locks answers with, those held and those waited for each. */
  sharedLockRowsMax: 10_000,
} as const;

function must(holds: boolean, relation: string): void {
  if (!holds) throw new Error(`Limits contradict each other: ${relation} must hold.`);
}
must(limits.payloadBytesMax * 2 < limits.frameBytesMax, 'payloadBytesMax * 2 < frameBytesMax');
must(limits.threadMessageBytesMax + 1_024 < limits.frameBytesMax, 'threadMessageBytesMax + 1024 < frameBytesMax');
must(limits.sharedValueBytesMax * 2 < limits.frameBytesMax, 'sharedValueBytesMax * 2 < frameBytesMax');
must(limits.sharedPartiesMax <= limits.sharedWaitsPerObjectMax, 'sharedPartiesMax <= sharedWaitsPerObjectMax');
must(
  limits.sharedChannelCapacityMax <= limits.sharedBytesPerAccountMax / limits.sharedKeyLengthMax,
  'sharedChannelCapacityMax <= sharedBytesPerAccountMax / sharedKeyLengthMax (a channel full of small items)',
);
must(limits.codePartBytesMax * 2 < limits.frameBytesMax, 'codePartBytesMax * 2 < frameBytesMax');
must(limits.codeZipBytesMax < limits.codeBytesMax, 'codeZipBytesMax < codeBytesMax');
must(
  limits.containersPerInstanceMax < limits.socketChannelsPerInstance,
  'containersPerInstanceMax < socketChannelsPerInstance',
);
must(limits.rehearsalChannel < limits.socketChannelsPerInstance, 'rehearsalChannel < socketChannelsPerInstance');
must(limits.rehearsalChannel === limits.channelsPerInstance, 'rehearsalChannel === channelsPerInstance');
must(
  limits.rehearsalChannel <= 30,
  'rehearsalChannel <= 30 (ports of a virtio-serial device, of which it has one itself)',
);
