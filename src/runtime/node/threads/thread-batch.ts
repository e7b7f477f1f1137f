import { encodeFrame } from '../../../protocol/framing/encode.ts';
import { encodeTurnEnd, type TurnEnd } from '../../../protocol/threads/batch.ts';
import { laneKinds, laneMessage } from '../../../protocol/threads/lane.ts';
import type { InvocationLog } from '../output/invocation-log.ts';
import type { RawOutput } from '../output/raw-output.ts';
import type { SyncWriter } from '../output/sync-writer.ts';
import { processUsage } from '../resources/memory.ts';

const now = performance.now.bind(performance);
const { setImmediate: atNextTurn, clearImmediate: neverMind } = globalThis;
const nothing = Buffer.alloc(0);
/** A call that gives more, or prints more, is the last of those that it came with. */
const resultBytesMax = 65_536;
const printedBytesMax = 4_096;

/** What the threads of one container need of it. */
export interface BatchParts {
  readonly writer: SyncWriter;
  readonly log: InvocationLog;
  readonly raw: Pick<RawOutput, 'possible'>;
  /** This process is not to be used again. */
  readonly spent: () => boolean;
  /** Takes in what the host has sent until now, without waiting. */
  readonly poll: () => void;
}

/** Runs a call; `begins` is called right before it. Gives what it answers, and whether it has used its lane. */
export type RunCall = (call: Buffer, begins: () => void) => Promise<{ readonly bytes: Buffer; readonly said: boolean }>;

/**
 * Several calls in one invocation, one after the other (protocol/threads/batch.ts). What is out of the ordinary makes a call the last one here,
 * answered as if it had come alone, and leaves those after it to the host: when it throws or waits for something, uses its lane,
 * prints around the runtime, prints or gives much.
 */
export class ThreadBatch {
  readonly #calls: readonly Buffer[];
  readonly #parts: BatchParts;
  /** Processor time of this process when the running call began. */
  #cpuBeforeMs: number;
  #beganAt = 0;
  #waited = false;
  #recalled = false;
  #index = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor(calls: readonly Buffer[], cpuBeforeMs: number, parts: BatchParts) {
    this.#calls = calls;
    this.#cpuBeforeMs = cpuBeforeMs;
    this.#parts = parts;
  }

  get cpuBeforeMs(): number {
    return this.#cpuBeforeMs;
  }

  /** Whether it was for all of them together. */
  receive(data: Uint8Array): boolean {
    if (data[0] !== laneKinds.recall) return false;
    this.#recalled = true;
    return true;
  }

  /** Gives the payload of the answer: the end of the last one that began here. */
  async run(run: RunCall): Promise<Buffer> {
    const { writer, log, poll } = this.#parts;
    for (; ; this.#index += 1) {
      this.#waited = false;
      const call = this.#calls[this.#index] ?? nothing;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { bytes, said } = await run(call, () => this.#begins());
      const end = this.#measure();
      if (said || this.#isLast(bytes)) return encodeTurnEnd({ ...end, result: bytes });
      const data = laneMessage(laneKinds.next, encodeTurnEnd({ ...end, result: bytes }));
      writer.write(encodeFrame({ type: 'lane', data }));
      log.close();
      // Only now: whoever takes the next one back has seen that it begins, or is seen here. No call may come between.
      poll();
      if (this.#recalled) return encodeTurnEnd({ ...end, cpuMs: 0, ranMs: 0 });
      log.open();
    }
  }

  /** Nothing more is told. */
  end(): void {
    neverMind(this.#turn);
    this.#turn = undefined;
  }

  #begins(): void {
    this.#beganAt = now();
    this.#turn ??= atNextTurn(() => this.#turned());
  }

  /** What runs waits for something: those after it had better not, and others of its kind need not wait for a processor. */
  #turned(): void {
    this.#turn = undefined;
    this.#waited = true;
    this.#recalled = true;
    this.#parts.writer.write(encodeFrame({ type: 'lane', data: laneMessage(laneKinds.back, nothing) }));
  }

  #isLast(bytes: Buffer): boolean {
    const { log, raw, spent } = this.#parts;
    return (
      this.#recalled ||
      this.#index + 1 >= this.#calls.length ||
      bytes.length > resultBytesMax ||
      log.printedBytes > printedBytesMax ||
      raw.possible ||
      spent()
    );
  }

  #measure(): Omit<TurnEnd, 'result'> {
    const { cpuMs, memoryPeakMb } = processUsage();
    const end = { waited: this.#waited, ranMs: now() - this.#beganAt, cpuMs: cpuMs - this.#cpuBeforeMs, memoryPeakMb };
    this.#cpuBeforeMs = cpuMs;
    return end;
  }
}
