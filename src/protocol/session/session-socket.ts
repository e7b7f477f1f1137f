// What both ends of a session's WebSocket (RFC 6455) have to agree on.

/** Where clients of threads connect. */
export const sessionPath = '/heddle/v1/session';
/** WebSocket's code for a client that is done (7.4.1). */
export const normalClosure = 1_000;
/** Its codes from here on are for programs to agree on (7.4.2): a refusal is so much more than HTTP's status. */
export const refusalCodes = 4_000;
/** A key that is good for nothing, and will not be when it comes again. */
export const refusedForGood: number = refusalCodes + 403;
/** The session is over: another host of the service is its account's now. A new one can be begun at once. */
export const movedAway: number = refusalCodes + 421;

/** How often the service gives a sign of life, milliseconds. */
export const signOfLifeMs = 10_000;
/** A connection on which nothing came for so long is dead, whatever the network says. */
export const silentMsMax = 25_000;
