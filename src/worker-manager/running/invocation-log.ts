import { limits } from '../../model/limits.ts';
import type { StartPath } from '../../model/start-path.ts';

/** What the REPORT line says. */
export interface InvocationReport {
  readonly requestId: string;
  /** From the first line of user code to the answer, initialisation included, milliseconds. */
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly memoryPeakMb: number;
  readonly startPath: StartPath;
  readonly startMs: number;
  /** Starts that were lost before user code ran. */
  readonly retries: number;
  /** `timeout`, or the error type where the runtime did not survive. */
  readonly status?: string | undefined;
}

/** AWS Lambda's REPORT line, with how the invocation was started at its end. Durations have two decimals, as AWS's have. */
export function reportLine(report: InvocationReport): string {
  const { requestId, initMs, status, retries } = report;
  const duration = Math.max(0, report.durationMs - (initMs ?? 0)).toFixed(2);
  const billed = Math.ceil(report.durationMs);
  const times = `Duration: ${duration} ms\tBilled Duration: ${billed} ms`;
  const memory = `Memory Size: ${report.memoryMb} MB\tMax Memory Used: ${Math.ceil(report.memoryPeakMb)} MB`;
  const init = initMs === undefined ? '' : `\tInit Duration: ${initMs.toFixed(2)} ms`;
  const start = `Start Path: ${report.startPath}\tStart: ${report.startMs.toFixed(2)} ms`;
  const retried = retries > 0 ? `\tRetries: ${retries}` : '';
  return `REPORT RequestId: ${requestId}\t${times}\t${memory}${init}${statusFields(status)}\t${start}${retried}\n`;
}

function statusFields(status: string | undefined): string {
  if (status === undefined) return '';
  return status === 'timeout' ? '\tStatus: timeout' : `\tStatus: error\tError Type: ${status}`;
}

const encoder = new TextEncoder();

/** The longest beginning of `text` that takes at most `bytes` bytes in UTF-8 and splits no character. */
function beginning(text: string, bytes: number): string {
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytes)).read);
}

/** The log of one invocation: START, what user code printed up to the quota, END, REPORT. */
export class InvocationLog {
  readonly #requestId: string;
  #text: string;
  #bytesLeft: number = limits.logBytesMax;
  #cut = false;

  constructor(requestId: string, version: string) {
    this.#requestId = requestId;
    this.#text = `START RequestId: ${requestId} Version: ${version}\n`;
  }

  /** What user code printed. Beyond the quota it is dropped, and the log says so once. */
  print(text: string): void {
    if (this.#cut) return;
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.#bytesLeft) {
      this.#text += text;
      this.#bytesLeft -= bytes;
      return;
    }
    this.#cut = true;
    this.#text += beginning(text, this.#bytesLeft);
    this.note(`[Cut here: the function printed more than ${limits.logBytesMax} bytes]`);
  }

  /** A line of ours, on a line of its own. */
  note(line: string): void {
    this.#endLine();
    this.#text += `${line}\n`;
  }

  /** The whole log. */
  end(report: InvocationReport): string {
    this.#endLine();
    return `${this.#text}END RequestId: ${this.#requestId}\n${reportLine(report)}`;
  }

  #endLine(): void {
    if (!this.#text.endsWith('\n')) this.#text += '\n';
  }
}
