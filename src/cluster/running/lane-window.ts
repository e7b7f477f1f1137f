/** Bytes of a thread's messages that may be on their way to the other side, each direction. */
const windowBytes = 262_144; // 256 KiB
/** What a message counts beside its bytes. */
const overheadBytes = 64;

/** What one side has sent of a lane, and the other has not taken. */
export class LaneWindow {
  #under = 0;
  readonly #waiting: (() => void)[] = [];

  /** A message was sent; gives whether there is room for another. */
  sent(message: Uint8Array): boolean {
    this.#under += costOf(message);
    return this.hasRoom;
  }

  get hasRoom(): boolean {
    return this.#under < windowBytes;
  }

  /** The other side has taken so much. */
  took(bytes: number): void {
    this.#under = Math.max(0, this.#under - bytes);
    if (this.#under < windowBytes / 2) for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Nobody takes anything any more. */
  over(): void {
    this.took(this.#under);
  }
}

/** What was taken of a lane, which the other side is told now and then. */
export class LaneTaken {
  readonly #tell: (bytes: number) => void;
  #bytes = 0;

  constructor(tell: (bytes: number) => void) {
    this.#tell = tell;
  }

  took(message: Uint8Array): void {
    this.#bytes += costOf(message);
    if (this.#bytes < windowBytes / 4) return;
    this.#tell(this.#bytes);
    this.#bytes = 0;
  }
}

function costOf(message: Uint8Array): number {
  return message.length + overheadBytes;
}
