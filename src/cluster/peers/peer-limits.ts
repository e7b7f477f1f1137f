/** Limits of what goes from host to host. */
export const peerLimits = {
  /** Of one message of a conversation, of what opens one, of a call's body and of its result. Goes in parts. */
  messageBytesMax: 16_842_752, // as much as a frame of a channel holds, and what surrounds it: 16 MiB + 64 KiB
  /** One part: so much of one conversation goes before another's turn. */
  partBytesMax: 65_536, // 64 KiB
  /** What a part counts in its conversation's window beside its data: of small ones only so many may be under way. */
  partOverheadBytes: 64,
  /** What one side of a conversation may have sent that the other has not taken. */
  windowBytes: 524_288, // 512 KiB
  /** Of all conversations, what lies unsent before the other host: no further parts are made until there is less. */
  unsentBytes: 262_144, // 256 KiB
  /** Where so much lies unsent, nothing new is begun. */
  congestedBytes: 8_388_608, // 8 MiB
  /** Of one conversation, what may wait for the other side to take it. */
  queuedBytesMax: 67_108_864, // 64 MiB
  /** Conversations and calls at a time with one host. */
  streamsMax: 16_384,
  /** How long a name of a method is. */
  methodLengthMax: 64,
  /** Of an error, as it is told to the other host, characters. */
  errorLengthMax: 16_384,

  /** From the first byte to a link that is open. */
  connectMsMax: 5_000,
  handshakeMsMax: 5_000,
  /** Connections whose other side is not known yet, and all. */
  handshakesMax: 128,
  connectionsMax: 8_192,
  /** After a connection that failed, others fail at once for so long: twice as long each time. */
  backoffMs: 50,
  backoffMsMax: 2_000,
  /** Nothing was heard for so long: asks. */
  pingMs: 5_000,
  /** Nothing was heard for so long, having asked: it is lost. */
  silentMsMax: 15_000,
  /** While somebody waits for a first word, it is looked so often; nothing was heard for so long: asks. */
  lookMs: 250,
  quietMs: 400,
  /** Nothing was heard for so long, having asked: who waits for a first word waits no longer. With a look between, within 2 s. */
  wordlessMsMax: 1_500,
  /** Of what was sent and not taken, bytes that a slow network has time for each second. */
  bytesPerSecondMin: 131_072, // 128 KiB
  /** Longest that a conversation waits for a connection that is being made. */
  dialWaitMsMax: 1_500,
  /** A link that nobody uses is closed. */
  idleMs: 600_000, // 10 min

  /** Who a forwarded request is from, in its header, bytes; and all its headers. */
  identityBytesMax: 262_144, // 256 KiB
  forwardedHeadersBytesMax: 393_216, // 384 KiB
  /** Connections for forwarded requests to one host, and how many stay when they have nothing to do. */
  forwardedMax: 1_024,
  forwardedIdleMax: 64,
} as const;

if (peerLimits.partBytesMax + peerLimits.partOverheadBytes > peerLimits.windowBytes / 4)
  throw new Error('A part has to be much less than a window: peerLimits.');
if (peerLimits.identityBytesMax + 65_536 > peerLimits.forwardedHeadersBytesMax)
  throw new Error('An identity has to fit among headers: peerLimits.');
