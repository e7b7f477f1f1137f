/**
 * What an instance's relay and the service say to each other, on a channel of its own: frames of a length (u32, of what follows),
 * a type (u8), a number (u32) and a payload, all little endian. The relay's own end is in `src/agent/relay/relay-script.ts`.
 *
 * A connection is numbered by the relay. Each side may send `relayWindowBytes` of data on it, and as much again as the other gives
 * by `credit`; it ends with an `end` from both, or a `reset` from one, after which what still comes for it is dropped.
 */
export const relayFrame = {
  /** Relay: somebody connects. Container (u16), port (u16), address (4 or 16 bytes, as on the wire). */
  open: 1,
  data: 2,
  /** Nothing more will come from this side. */
  end: 3,
  reset: 4,
  /** So many bytes (u32) more may be sent. */
  credit: 5,
  /** Relay: a question of DNS, numbered by itself. Container (u16), message (RFC 1035). */
  query: 6,
  /** Service: its answer; empty for what is no question. */
  answer: 7,
  /** Service: what a container (the number) is to be let through to the relay: nothing (0), or any address (2); public ones (1) are from its start. */
  admit: 8,
  /** Relay: it is so. */
  admitted: 9,
  /** Relay: a container's kernel refused a connection. Payload as of `open`. */
  refused: 10,
  /** Relay: the kernel does not lead there all that containers connect to. Payload: why, for people. */
  limited: 11,
  /** Service: the container (the number) is about to be told this address of a name (4 bytes), and may mean these ports (u16 each). */
  listen: 12,
  /** Relay: a container sent a datagram that goes nowhere. Payload as of `open`. */
  lost: 13,
  /** Service: a container (the number), or every one (`relayEveryone`), will stand still or has moved: its connections are reset inside, and who connects or asks waits there. */
  part: 14,
  /** Service: who waits goes on, and what was asked and not answered is asked again. The number as of `part`. */
  join: 15,
  /** Service: of what it has said before, nothing is left to be done? The number is its own. */
  sync: 16,
  /** Relay: nothing. */
  synced: 17,
} as const;

/** Instead of a container's number: all of them. */
export const relayEveryone = 0xffff_ffff;

/** Length, type and number. */
export const relayHeadBytes = 9;
/** What may be sent of a connection before the first credit. Who is given more than he has sent may have more under way from then on. */
export const relayWindowBytes = 65_536;
/** No frame of the relay's with data of a connection has more payload. */
export const relayPieceBytes = 65_536;
/** No other has: a question of DNS and its container. */
export const relayWordBytes = 4_098;
