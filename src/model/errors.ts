/** No capacity now, and the queue is full or the wait in it was too long. HTTP 429. */
export class CapacityError extends Error {
  override readonly name = 'CapacityError';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An account, or a function, has used up what it may use at a time. HTTP 429. */
export class ThrottledError extends CapacityError {
  /** AWS Lambda's word for what that is. */
  readonly reason: string;
  constructor(reason: string, message: string = 'Rate Exceeded.', retryAfterSeconds: number = 1) {
    super(message, retryAfterSeconds);
    this.reason = reason;
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

/** A container died of what had run in it before, with something on its way to it. */
export class ContainerLostError extends Error {
  override readonly name = 'ContainerLostError';
}

/** The other side of a channel broke the protocol. Whoever catches it destroys that side. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** It cannot be paused, resumed or forked as it is now, or at all. HTTP 409. */
export class CannotMoveError extends Error {
  override readonly name = 'CannotMoveError';
}

/** The instance was paused in the middle of an answer that was being streamed: whoever read it is told, and the rest is lost. HTTP 503. */
export class PausedError extends Error {
  override readonly name = 'PausedError';
}

/** The account has no instance, container or request of this name that could be paused, resumed or forked. HTTP 404. */
export class NoSuchInstanceError extends Error {
  override readonly name = 'NoSuchInstanceError';
}

/** This host belongs to its cluster no more: it has `left` on purpose, or was removed by its operator. It does not start again as it is. */
export class HostRemovedError extends Error {
  override readonly name = 'HostRemovedError';
  readonly left: boolean;
  constructor(message: string, left: boolean) {
    super(message);
    this.left = left;
  }
}

/** Whoever asked for it does not want it any more, and it was ended. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The service is stopping and takes no new work. HTTP 503. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
}

/** Code did not arrive in an instance in time. The instance is as good as before, and so is what else runs in it. */
export class CodeLateError extends Error {
  override readonly name = 'CodeLateError';
}
