import type { Settings } from '../../model/functions/settings.ts';
import type { Field } from './field.ts';
import { SettingError } from './parse.ts';

type TraceSettings = Pick<Settings, 'otlpEndpoint' | 'traceRatio'>;

/** Where traces go. Their variables are those that OpenTelemetry has for it. */
export const traceFields: { readonly [K in keyof TraceSettings]: Field<Settings[K]> } = {
  otlpEndpoint: {
    flag: 'otlp-endpoint',
    environment: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    argument: 'URL',
    description:
      'an OpenTelemetry receiver of traces by OTLP over HTTP, such as http://127.0.0.1:4318; other variables named OTEL_… hold as well',
    parse: parseEndpoint,
    fallback: () => '',
    fallbackText: 'none: no traces',
  },
  traceRatio: {
    flag: 'trace-ratio',
    environment: 'OTEL_TRACES_SAMPLER_ARG',
    argument: 'NUMBER',
    description: 'of traces that begin here, so many are kept: 0 to 1; of others, their caller decides',
    parse: parseRatio,
    fallback: () => 1,
    fallbackText: '1',
  },
};

function parseEndpoint(text: string): string {
  if (text === 'none') return '';
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new SettingError('must be none or a URL, such as http://127.0.0.1:4318');
  return text;
}

function parseRatio(text: string): number {
  const ratio = /^\d+(?:\.\d+)?(?:e-\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(ratio >= 0 && ratio <= 1)) throw new SettingError('must be a number from 0 to 1, such as 0.05');
  return ratio;
}
