import type { LogSoFar, LogTimes } from '../../model/invocations/invocation.ts';
import { limits } from '../../model/limits.ts';
import type { LoggingSettings } from '../../model/functions/function.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import { reportEvents, startEvent } from './system-log.ts';
import { sampledTrace } from './trace.ts';

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
  /** Its tracing header. */
  readonly traceId?: string | undefined;
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
  const traced = traceFields(report.traceId);
  return `REPORT RequestId: ${requestId}\t${times}\t${memory}${init}${traced}${statusFields(status)}\t${start}${retried}\n`;
}

function traceFields(header: string | undefined): string {
  const trace = sampledTrace(header);
  return trace === undefined ? '' : `\tXRAY TraceId: ${trace.traceId}\tSegmentId: ${trace.segmentId}\tSampled: true`;
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

/** Whose log it is. */
export interface LoggedInvocation {
  readonly requestId: string;
  readonly version: string;
  /** For whom it runs, where its function has tenants: in a log of JSON, as on AWS. */
  readonly tenantId?: string | undefined;
}

/** The log of one invocation: START, what user code printed up to the quota, END, REPORT. */
export class InvocationLog implements LogSoFar {
  /** Of its container, once that has one. */
  stream: string | undefined;
  readonly #of: LoggedInvocation;
  #text: string;
  #bytesLeft: number = limits.logBytesMax;
  #cut = false;
  /** One a millisecond at most. */
  readonly #times: [offset: number, wallMs: number][];
  readonly #json: LoggingSettings | undefined;
  readonly #wall: () => number;

  /** `wall`: the time, where it is to be in the log of the service's own lines. */
  constructor(of: LoggedInvocation, logging?: LoggingSettings, wall: () => number = Date.now) {
    this.#of = of;
    this.#json = logging?.format === 'JSON' ? logging : undefined;
    this.#wall = wall;
    this.#text =
      this.#json === undefined
        ? `START RequestId: ${of.requestId} Version: ${of.version}\n`
        : startEvent(this.#json, wall(), of);
    this.#times = [[0, wall()]];
  }

  get text(): string {
    return this.#text;
  }

  get times(): LogTimes {
    return this.#times;
  }

  /** What user code printed, and when. Beyond the quota it is dropped, and the log says so once. */
  print(text: string, wallMs: number): void {
    if (this.#cut) return;
    this.#mark(wallMs);
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
    this.#mark(this.#wall());
    this.#text += `${line}\n`;
  }

  /** The whole log. */
  end(report: InvocationReport): string {
    this.#endLine();
    if (this.#json !== undefined) return this.#text + reportEvents(this.#json, this.#wall(), this.#of, report);
    return `${this.#text}END RequestId: ${this.#of.requestId}\n${reportLine(report)}`;
  }

  /** What follows is of then. */
  #mark(wallMs: number): void {
    if (Math.trunc(this.#times.at(-1)?.[1] ?? 0) !== Math.trunc(wallMs)) this.#times.push([this.#text.length, wallMs]);
  }

  #endLine(): void {
    if (this.#text !== '' && !this.#text.endsWith('\n')) this.#text += '\n';
  }
}
