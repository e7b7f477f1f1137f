/** No capacity now, and the queue is full or the wait in it was too long. HTTP 429. */
export class CapacityError extends Error {
  override readonly name = 'CapacityError';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The same for whoever holds a container while it would wait, and so is told at once. */
export class NoRoomError extends CapacityError {}

/** It can never be served: the instance it needs is larger than all instances together may be. HTTP 400. */
export class NeverFitsError extends Error {
  override readonly name = 'NeverFitsError';
}

/** An instance died, or was destroyed because it misbehaved, while something was asked of it. */
export class InstanceLostError extends Error {
  override readonly name = 'InstanceLostError';
}

/** The other side of a channel broke the protocol. Whoever catches it destroys that side. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Whoever asked for it does not want it any more, and it was ended. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The service is stopping and takes no new work. HTTP 503. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
}
