import { collectedFrame, threadFrame, type Measured } from '../invocation/answer.ts';
import { CollectedAnswer } from './collected-answer.ts';
import type { ResponseStream } from './response-stream.ts';
import { StreamedAnswer, type AnswerWay } from './streamed-answer.ts';

const nothing = Buffer.alloc(0);

/** The answer of the invocation that runs, where its handler streams it: to a caller who streams, too, or to one who wants it whole. */
export class RunningAnswer {
  readonly out: CollectedAnswer | StreamedAnswer;
  stream: ResponseStream | undefined;

  /** `way`: where its caller takes it in parts. */
  constructor(way: AnswerWay | undefined) {
    this.out = way === undefined ? new CollectedAnswer() : new StreamedAnswer(way);
  }

  /** The host has passed on so much of it. */
  took(bytes: number): void {
    if (this.out instanceof StreamedAnswer) this.out.took(bytes);
  }

  /** Nobody takes the rest of it. */
  left(): void {
    this.stream?.leave();
  }

  /** All of it was written. */
  lastFrames(contentType: string, measured: Measured): readonly Buffer[] {
    if (this.out instanceof CollectedAnswer) return collectedFrame(this.out, measured);
    return [...this.out.end(contentType), ...threadFrame(nothing, measured)];
  }
}
