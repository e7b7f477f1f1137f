import type { Logger } from 'pino';
import type { FrontendOptions } from '../frontend/context.ts';
import { tracesHere } from '../frontend/traces/shown-traces.ts';
import { systemClock } from '../model/clock.ts';
import type { Settings } from '../model/functions/settings.ts';
import { valuesText } from '../model/metrics-text.ts';
import type { ExportCounts, OtlpExport } from '../traces/otlp/otlp-export.ts';
import type { Sampling } from '../traces/sampling.ts';
import { RunRecords } from '../traces/records/run-records.ts';
import { ThreadBook } from '../traces/threads/thread-book.ts';
import { tracingObserver } from '../traces/traced-worker-manager.ts';
import { Tracer } from '../traces/tracer.ts';
import type { WorkerObserver } from '../worker-manager/contract.ts';
import { releaseOf } from './about.ts';

type TraceSettings = Pick<Settings, 'otlpEndpoint' | 'traceRatio' | 'cluster'>;

/** Spans that may wait or be on their way to their receiver. */
const queueMax = 8_192;
/** A receiver that is away is told of once in so long, ms. */
const warnMs = 60_000;

/** What a service keeps, and tells others, of what runs here. */
export interface OpenedTraces {
  /** For the worker manager. */
  readonly observers: readonly WorkerObserver[];
  /** For sessions of threads. `tracer` is absent where no traces are exported. */
  readonly forSessions: { readonly book: ThreadBook; readonly tracer: Tracer | undefined };
  /** For the frontend. */
  readonly shown: Required<Pick<FrontendOptions, 'traces' | 'threads'>> & Pick<FrontendOptions, 'tracesText'>;
}

/** Opens the records of calls and threads, and the export of traces where settings or variables of OpenTelemetry's ask for one; else nothing of that is loaded. */
export async function openTraces(
  settings: TraceSettings,
  environment: NodeJS.ProcessEnv,
  logger: Logger,
  undo: AsyncDisposableStack,
): Promise<OpenedTraces> {
  const records = new RunRecords();
  const book = new ThreadBook(systemClock);
  const kept = { traces: tracesHere(records, book, systemClock), threads: book };
  if (!isWanted(settings, environment))
    return { observers: [records.observer], forSessions: { book, tracer: undefined }, shown: kept };
  const host = settings.cluster?.hostName;
  const sink = await openExport(settings, environment, logger);
  undo.use(sink);
  const tracer = new Tracer({ clock: systemClock, sampling: samplingOf(settings, environment, logger), sink, host });
  return {
    observers: [records.observer, tracingObserver(tracer)],
    forSessions: { book, tracer },
    shown: { ...kept, tracesText: () => textOf(sink.counts) },
  };
}

async function openExport(
  { otlpEndpoint, cluster }: TraceSettings,
  environment: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<OtlpExport> {
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && protocol !== '' && protocol !== 'http/protobuf')
    logger.warn({ protocol }, 'Traces are exported by http/protobuf, and not as OTEL_EXPORTER_OTLP_PROTOCOL says.');
  const { OtlpExport: Export } = await import('../traces/otlp/otlp-export.ts');
  const endpoint = isSaid(environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) ? undefined : otlpEndpoint;
  let warnedAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  const onFailed = (count: number, err: Error | undefined): void => {
    lost += count;
    const now = systemClock.now();
    if (now - warnedAt < warnMs) return;
    warnedAt = now;
    logger.warn({ err, spans: lost, endpoint: shownAddress(endpoint) }, 'Spans could not be exported.');
    lost = 0;
  };
  return new Export({ endpoint, host: cluster?.hostName, version: releaseOf(), queueMax, onFailed });
}

function isWanted({ otlpEndpoint }: Pick<Settings, 'otlpEndpoint'>, environment: NodeJS.ProcessEnv): boolean {
  const off = environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none';
  return !off && (otlpEndpoint !== '' || isSaid(environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']));
}

/** An address without what signs in there: a password before its host, or a token in its query. Undefined where it is none, or none was said. */
export function shownAddress(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url === null ? undefined : `${url.protocol}//${url.host}${url.pathname}`;
}

/** As OpenTelemetry has it: an empty variable says nothing. */
function isSaid(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
function samplingOf(
  { traceRatio: ratio }: Pick<Settings, 'traceRatio'>,
  { OTEL_TRACES_SAMPLER: name }: NodeJS.ProcessEnv,
  logger: Logger,
): Sampling {
  const known: Readonly<Record<string, Sampling>> = {
    always_on: { ratio: 1, byCaller: false },
    always_off: { ratio: 0, byCaller: false },
    traceidratio: { ratio, byCaller: false },
    parentbased_always_on: { ratio: 1, byCaller: true },
    parentbased_always_off: { ratio: 0, byCaller: true },
    parentbased_traceidratio: { ratio, byCaller: true },
  };
  const usual = { ratio, byCaller: true };
  if (name === undefined || name === '') return usual;
  const sampling = known[name];
  if (sampling === undefined)
    logger.warn({ sampler: name }, `OTEL_TRACES_SAMPLER is none of ${Object.keys(known).join(', ')}; it is ignored.`);
  return sampling ?? usual;
}

function textOf({ exported, dropped, failed, pending }: ExportCounts): string {
  const lost = 'Spans that did not reach their receiver: there was no room for them, or it did not take them.';
  return [
    valuesText('counter', 'heddle_traces_spans_exported_total', 'Spans that were exported.', [], [[[], exported]]),
    valuesText(
      'counter',
      'heddle_traces_spans_dropped_total',
      lost,
      ['reason'],
      [
        [['full'], dropped],
        [['failed'], failed],
      ],
    ),
    valuesText('gauge', 'heddle_traces_spans_pending', 'Spans that wait to be exported.', [], [[[], pending]]),
  ].join('\n');
}
