/** Every limit of the service. Derived in the open; the relations between them are checked when this file loads. */
export const limits = {
  /** One protocol frame, either way. Carries one whole invocation payload and what surrounds it. */
  frameBytesMax: 16_777_216, // 16 MiB
  /** Payload of a synchronous invocation, as AWS Lambda has it. */
  payloadBytesMax: 6_291_456, // 6 MiB
  /** Its answer, as AWS Lambda has that: a hundred bytes more. */
  answerBytesMax: 6_291_556,
  /** A streamed answer, as AWS Lambda has it. */
  streamBytesMax: 209_715_200, // 200 MiB
  /** Of one, what its container may have sent that nobody has taken yet. It lies in the service, for each that is read slowly. */
  streamWindowBytes: 131_584, // two parts as large as they may be: what the socket of a channel holds
  /** It comes in parts of at most so many bytes, lest others on its channel wait. */
  streamPartBytesMax: 65_536, // 64 KiB
  /** What a part counts in that window beside its data, as it costs more than that: of small ones only so many may be under way. */
  streamPartOverheadBytes: 256,
  /** Payload of an asynchronous (`Event`) invocation. */
  eventPayloadBytesMax: 1_048_576, // 1 MiB
  /** How long an accepted event is tried where nothing else is said, as AWS Lambda has it; and what may be said, beyond which AWS's own operations do not go. */
  eventAgeMs: 21_600_000, // 6 h
  eventAgeMsMin: 60_000,
  eventAgeMsMax: 1_209_600_000, // 14 d
  /** How often it is tried again after its function failed: where nothing is said, as AWS has it, and at most. */
  eventRetries: 2,
  eventRetriesMax: 100,
  /** How long it then waits. */
  eventDelayMsMax: 86_400_000, // 24 h
  /** Events of an account that have not ended, and what they take on the disk. */
  eventsPerAccountMax: 5_000_000,
  eventBytesPerAccountMax: 17_179_869_184, // 16 GiB
  /** Events that run at a time: they never take more than this away from those who wait for an answer. */
  eventsRunningMax: 32,
  /** Of one function, and of all, read from the disk ahead of their turn. */
  eventWindow: 16,
  eventsLoadedMax: 512,
  eventBytesLoadedMax: 67_108_864, // 64 MiB
  /** Idempotency keys: their length, how long they are kept, and what an account may have of them and their answers. */
  idempotencyKeyLengthMax: 255,
  idempotencyKeyMs: 86_400_000, // 24 h
  idempotencyKeysPerAccountMax: 100_000,
  idempotencyBytesPerAccountMax: 268_435_456, // 256 MiB
  /** Of what a source outside keeps for a mapping, and nobody takes: from here on it is warned of. */
  sourceKeptBytesWarned: 1_073_741_824, // 1 GiB
  /** `X-Amz-Client-Context`, base64. */
  clientContextBytesMax: 3_583,

  /** What one invocation may print; the rest is cut, visibly. */
  logBytesMax: 1_048_576, // 1 MiB
  /** What `X-Amz-Log-Type: Tail` returns. */
  logTailBytes: 4_096, // 4 KiB

  /** Calls that are expected, for which containers are prepared: of one account, of all, and how far ahead. */
  expectedCallsPerAccountMax: 64,
  expectedCallsMax: 256,
  /** What one hint may say; of which as many are expected as may be. */
  hintedCallsMax: 1_000_000,
  expectedMsMin: 100,
  expectedMsMax: 900_000, // 15 min
  /** Names of triggers, of an account and of all. */
  triggersPerAccountMax: 100,
  triggersMax: 2_000,
  /** Functions of which it is counted what was prepared, with each reason; those that were expected longest ago are forgotten first. */
  preparationCountsMax: 2_000,

  /** Invocations of which it is kept where their time went: the newest of an account, and of all. Some 500 bytes each. */
  tracesPerAccountMax: 1_000,
  tracesMax: 50_000,
  /** The same of threads, some 2 KB each, with at most so many of the times at which messages went each way and of what each waited for, and of the end of its log. */
  threadsRecordedPerAccount: 10_000,
  threadsRecorded: 50_000,
  threadMessagesRecorded: 16,
  threadWaitsRecorded: 16,
  threadLogUnitsRecorded: 1_024,
  /** Those that one answer lists. */
  tracesListedMax: 1_000,

  /** A session of Live Tail, as CloudWatch Logs has it: log groups, how long it lasts, events of one of its updates, and updates that a slow reader is behind. */
  liveTailGroupsMax: 10,
  liveTailSessionMsMax: 10_800_000, // 3 h
  liveTailUpdateEventsMax: 500,
  liveTailUpdatesBehindMax: 10,
  /** Messages of one update, UTF-8; one that is longer comes alone. */
  liveTailUpdateBytesMax: 1_048_576, // 1 MiB
  liveTailSessionsPerAccountMax: 15,

  /** A function's zip file as uploaded. */
  codeZipBytesMax: 104_857_600, // 100 MiB
  /** The same, unpacked. */
  codeBytesMax: 262_144_000, // 250 MiB
  codeFilesMax: 100_000,
  /** Where a symbolic link leads, bytes. */
  codeLinkBytesMax: 1_024,
  /** Unpacked ÷ packed size of all of a zip file above which, where it unpacks to more than the second, it is taken for a bomb. */
  codeRatioMax: 200,
  codeRatioBytesMin: 67_108_864, // 64 MiB
  /** A code message carries at most this many bytes of file data; larger files are sent in parts. */
  codePartBytesMax: 4_194_304, // 4 MiB

  /** Access keys that an account has at the same time: two are enough to change one for another. */
  keysPerAccountMax: 10,
  /** Functions of an account whose usage is recorded one by one in an hour; what its others use is one record. */
  usageFunctionsMax: 500,
  /** How long usage is kept by the hour, and by the day. */
  usageHoursKeptMs: 691_200_000, // 8 d
  usageDaysKeptMs: 34_560_000_000, // 400 d

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
  /** Channels of the relay, behind all others: of a virtual machine, and where they are socket pairs. */
  relayChannel: 26,
  socketRelayChannel: 129,
  /** Containers alive at the same time in one instance. */
  containersPerInstanceMax: 64,
  /** Processes and threads in one container (Node alone has about 11). */
  pidsPerContainer: 128,
  /** `/tmp` of a container, where its function does not ask for more; and of one that does, MiB. */
  tmpBytes: 536_870_912, // 512 MiB
  storageMbMin: 512,
  storageMbMax: 10_240,

  /** A thread without a time-out of its own is ended after this. */
  threadTimeoutMsMax: 86_400_000, // 24 h
  /** The arguments of a thread, or its result, cloned: where nothing else is said, and at the very most. */
  threadValueBytes: 268_435_456, // 256 MiB
  threadValueBytesMax: 1_073_741_824, // 1 GiB
  /** One message of a thread's port, or one item of its stream, cloned. */
  threadMessageBytesMax: 16_000_000,
  /** Of a thread, for people. */
  threadNameUnitsMax: 128,

  /** Groups of portions of one program: each runs in an instance of its own. Beyond it that ends which was not called for longest. */
  portionGroupsPerProgramMax: 256,

  /** How long a durable execution may take, and how long it is kept after its end, as AWS Lambda has it; that where nothing else is said. */
  executionSecondsMax: 31_622_400, // 366 d
  executionDaysKeptMax: 90,
  executionDaysKept: 14,
  /** One that somebody waits for, as AWS Lambda has it. */
  executionWaitedSecondsMax: 900,
  /** Operations of one execution, as AWS's own library for it says. */
  executionOperationsMax: 30_000,
  /** Everything that one execution keeps, as AWS Lambda has it. */
  executionBytesMax: 104_857_600, // 100 MiB
  /** What one operation is given or gives; what it gives to, or gets of, another function; an error. As AWS Lambda has them. */
  operationBytesMax: 262_144, // 256 KiB
  chainedBytesMax: 1_048_576, // 1 MiB
  operationErrorBytesMax: 32_768, // 32 KiB
  /** One checkpoint, with what is too large for an answer: as large as that, quoted, and a MiB around it. */
  checkpointBytesMax: 13_631_488, // 13 MiB
  checkpointUpdatesMax: 1_000,
  /** Executions of an account that have not ended. Each takes some hundred bytes of disk, and nothing else while it sleeps. */
  executionsPerAccountMax: 1_000_000,
  /** Those that have ended, and what they take: beyond it the oldest go before their days are over. */
  executionsEndedPerAccountMax: 1_000_000,
  executionsEndedBytesPerAccountMax: 17_179_869_184, // 16 GiB
  /** What one client may ask about its durable programs at the same time: each that runs asks one thing all the time. */
  programQuestionsMax: 1_000,
  /** Of what is read of an execution at once, as far as one item may not be larger. */
  executionPageBytesMax: 3_145_728, // 3 MiB
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
  /** How long code may take to come to where it can be forked: to await something. */
  forkHoldMsMax: 10_000,
  /** How long code may take to take what was sent to it, where its instance is to be paused to disk or forked. */
  moveTakeMsMax: 10_000,
  /** Instances that an account may have paused at a time, and what they may take on the disk together. */
  pausedPerAccountMax: 16,
  pausedBytesPerAccountMax: 4_294_967_296, // 4 GiB
  /** How long an instance may be paused before it is ended. */
  pausedMsMax: 86_400_000,
  /** How long saving an instance, or making one of what was saved, may take. */
  moveMsMax: 120_000,
  /** Forks of one container that can be asked for at a time. */
  forksMax: 64,
  /** Initialisation of a function's module, beside its time-out. */
  initMsMax: 10_000,

  /** A message with its attributes, and a batch of them, as AWS SQS has it. */
  queueMessageBytesMax: 1_048_576, // 1 MiB
  /** What the service itself puts into a queue, that it is not lost: an event, what its function answered, and what is said of both. */
  queueRecordBytesMax: 7_405_668, // 1 MiB + 6 MiB and 100 bytes + 64 KiB
  /** Messages of one answer together: ten of the largest that clients send. The first comes whatever its size. */
  queueReceiveBytesMax: 10_485_760, // 10 MiB
  /** Messages of one queue that were received and neither deleted nor visible again, as AWS SQS has it. */
  queueInFlightMax: 120_000,
  /** What one queue holds at most: beyond it nobody reads it, and the disk is everybody's. */
  queueMessagesMax: 10_000_000,
  queueBytesMax: 68_719_476_736, // 64 GiB
  queuesPerAccountMax: 10_000,
  /** Requests of clients that wait for messages at the same time, of which an account leaves some to others: each holds a connection. */
  queueWaitersMax: 10_000,

  /** Receivers of all event source mappings together; the first of each is not refused. */
  sourceReceiversMax: 4_096,

  /** Occurrences of an account's schedules that are not delivered yet, and their targets' bytes: then its schedules stay due and make none. Of them those that failed and are tried again. */
  occurrencesPerAccountMax: 1_000_000,
  occurrenceBytesPerAccountMax: 4_294_967_296, // 4 GiB
  occurrencesAgainPerAccountMax: 100_000,

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
  /** How long what threads ask about what they share waits while most of a cluster's servers do not answer, ms. */
  sharedDoubtMsMax: 10_000,
  /** Rows that a query of the locks answers with, those held and those waited for each. */
  sharedLockRowsMax: 10_000,
} as const;

function must(holds: boolean, relation: string): void {
  if (!holds) throw new Error(`Limits contradict each other: ${relation} must hold.`);
}
must(limits.usageHoursKeptMs < limits.usageDaysKeptMs, 'usageHoursKeptMs < usageDaysKeptMs');
must(limits.eventPayloadBytesMax < limits.eventBytesLoadedMax, 'eventPayloadBytesMax < eventBytesLoadedMax');
must(
  limits.queueRecordBytesMax === limits.eventPayloadBytesMax + limits.answerBytesMax + 65_536,
  'queueRecordBytesMax === eventPayloadBytesMax + answerBytesMax + 64 KiB (a record fits, whatever happened)',
);
must(limits.eventAgeMs <= limits.eventAgeMsMax, 'eventAgeMs <= eventAgeMsMax');
must(
  limits.occurrencesAgainPerAccountMax < limits.occurrencesPerAccountMax,
  'occurrencesAgainPerAccountMax < occurrencesPerAccountMax (what fails does not hold up what does not)',
);
must(limits.storageMbMin * 1_048_576 === limits.tmpBytes, 'storageMbMin === tmpBytes');
must(limits.answerBytesMax * 2 < limits.frameBytesMax, 'answerBytesMax * 2 < frameBytesMax');
must(
  limits.streamWindowBytes === 2 * (limits.streamPartBytesMax + limits.streamPartOverheadBytes),
  'streamWindowBytes === 2 * (streamPartBytesMax + streamPartOverheadBytes) (what is written in such parts goes out in such)',
);
must(limits.logBytesMax <= limits.liveTailUpdateBytesMax, 'logBytesMax <= liveTailUpdateBytesMax (a line fits)');
must(limits.payloadBytesMax <= limits.answerBytesMax, 'payloadBytesMax <= answerBytesMax');
must(limits.threadMessageBytesMax + 1_024 < limits.frameBytesMax, 'threadMessageBytesMax + 1024 < frameBytesMax');
must(limits.sharedValueBytesMax * 2 < limits.frameBytesMax, 'sharedValueBytesMax * 2 < frameBytesMax');
must(limits.sharedPartiesMax <= limits.sharedWaitsPerObjectMax, 'sharedPartiesMax <= sharedWaitsPerObjectMax');
must(
  limits.sharedChannelCapacityMax <= limits.sharedBytesPerAccountMax / limits.sharedKeyLengthMax,
  'sharedChannelCapacityMax <= sharedBytesPerAccountMax / sharedKeyLengthMax (a channel full of small items)',
);
must(limits.payloadBytesMax * 2 < limits.checkpointBytesMax, 'payloadBytesMax * 2 < checkpointBytesMax');
must(
  limits.payloadBytesMax * 2 + limits.executionPageBytesMax < limits.frameBytesMax,
  'payloadBytesMax * 2 + executionPageBytesMax < frameBytesMax (an execution is told its input, quoted, and a page of its operations)',
);
must(limits.codePartBytesMax * 2 < limits.frameBytesMax, 'codePartBytesMax * 2 < frameBytesMax');
must(limits.codeRatioBytesMin < limits.codeBytesMax, 'codeRatioBytesMin < codeBytesMax');
must(limits.codeZipBytesMax < limits.codeBytesMax, 'codeZipBytesMax < codeBytesMax');
must(
  limits.containersPerInstanceMax < limits.socketChannelsPerInstance,
  'containersPerInstanceMax < socketChannelsPerInstance',
);
must(limits.rehearsalChannel < limits.socketChannelsPerInstance, 'rehearsalChannel < socketChannelsPerInstance');
must(limits.rehearsalChannel === limits.channelsPerInstance, 'rehearsalChannel === channelsPerInstance');
must(limits.relayChannel === limits.rehearsalChannel + 1, 'relayChannel === rehearsalChannel + 1');
must(
  limits.socketRelayChannel === limits.socketChannelsPerInstance,
  'socketRelayChannel === socketChannelsPerInstance (no gap in what is inherited)',
);
