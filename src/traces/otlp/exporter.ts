import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Of a batch that a receiver has answered with 200, what it did not keep all the same. */
export interface Rejected {
  readonly spans: number;
  readonly why: string;
}

/** Characters of a receiver's reason that are kept. */
const whyMax = 300;

/**
 * OpenTelemetry's exporter of spans by OTLP over HTTP in protobuf, which also says what its receiver has refused of a batch that it has taken
 * (`partial_success`, https://opentelemetry.io/docs/specs/otlp/#partial-success-1): by itself it reports success for that, too.
 * `onRejected` is called before the batch's own callback.
 */
export function otlpExporter(endpoint: string | undefined, onRejected: (rejected: Rejected) => void): SpanExporter {
  const url = endpoint === undefined ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/traces` };
  const serializer: typeof ProtobufTraceSerializer = {
    serializeRequest: (spans) => ProtobufTraceSerializer.serializeRequest(spans),
    deserializeResponse: (bytes) => {
      const response = ProtobufTraceSerializer.deserializeResponse(bytes);
      const { rejectedSpans = 0, errorMessage = '' } = response.partialSuccess ?? {};
      if (rejectedSpans > 0) onRejected({ spans: rejectedSpans, why: errorMessage.slice(0, whyMax) });
      return response;
    },
  };
  const options = convertLegacyHttpOptions(url, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' });
  const delegate = createOtlpHttpExportDelegate(
    options,
    serializer,
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return new OTLPExporterBase<ReadableSpan[]>(delegate);
}
