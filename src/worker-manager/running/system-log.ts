import type { LoggingSettings } from '../../model/functions/function.ts';
import type { InvocationReport, LoggedInvocation } from './invocation-log.ts';
import { sampledTrace } from './trace.ts';

// What the service says of an invocation in a log of JSON: AWS Lambda's platform events ("Lambda Telemetry API Event schema reference"), each
// from one level on.

/** `platform.start`, of level INFO. */
export function startEvent(logging: LoggingSettings, wallMs: number, of: LoggedInvocation): string {
  const { requestId, version } = of;
  return logging.systemLevel === 'WARN' ? '' : line(wallMs, 'platform.start', { requestId, version, ...tenantOf(of) });
}

/** `platform.runtimeDone`, of DEBUG; `platform.report`, of INFO, or of WARN where something went wrong. */
export function reportEvents(
  logging: LoggingSettings,
  wallMs: number,
  of: LoggedInvocation,
  report: InvocationReport,
): string {
  const { initMs, durationMs, status } = report;
  const about = { requestId: of.requestId };
  const outcome = status === undefined ? 'success' : status === 'timeout' ? 'timeout' : 'error';
  const error = outcome === 'error' ? { errorType: status } : {};
  const handlerMs = rounded(Math.max(0, durationMs - (initMs ?? 0)));
  const done =
    logging.systemLevel === 'DEBUG'
      ? line(wallMs, 'platform.runtimeDone', {
          ...about,
          status: outcome,
          ...error,
          metrics: { durationMs: handlerMs },
          ...tenantOf(of),
        })
      : '';
  if (logging.systemLevel === 'WARN' && outcome === 'success') return done;
  const metrics = {
    durationMs: handlerMs,
    billedDurationMs: Math.ceil(durationMs),
    memorySizeMB: report.memoryMb,
    maxMemoryUsedMB: Math.ceil(report.memoryPeakMb),
    ...(initMs === undefined ? {} : { initDurationMs: rounded(initMs) }),
  };
  const trace = sampledTrace(report.traceId);
  const tracing =
    trace === undefined ? {} : { tracing: { spanId: trace.segmentId, type: 'X-Amzn-Trace-Id', value: report.traceId } };
  const start = { startPath: report.startPath, startMs: rounded(report.startMs) };
  const ended = { ...about, status: outcome, ...error, metrics, ...tracing, ...tenantOf(of), heddle: start };
  return done + line(wallMs, 'platform.report', ended);
}

function tenantOf({ tenantId }: LoggedInvocation): { readonly tenantId?: string } {
  return tenantId === undefined ? {} : { tenantId };
}

function line(wallMs: number, type: string, record: object): string {
  return `${JSON.stringify({ time: new Date(wallMs).toISOString(), type, record })}\n`;
}

function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}
