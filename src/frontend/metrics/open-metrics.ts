/** Formats of the metrics, by media type. */
export const textContentType = 'text/plain; version=0.0.4; charset=utf-8';
export const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Whether who asks with this `Accept` header reads OpenMetrics 1.0, which Prometheus prefers. */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (name: string): string | undefined =>
      parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    const version = parameter('version') ?? '1.0.0';
    return type === 'application/openmetrics-text' && version === '1.0.0' && Number(parameter('q') ?? 1) > 0;
  });
}

/**
 * Prometheus' text format as OpenMetrics: a counter's family is named without `_total`, nothing stands empty between families, and the end is marked.
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function asOpenMetrics(text: string): string {
  const counters = new Set(Array.from(text.matchAll(/^# TYPE (\S+) counter$/gm), ([, name = '']) => name));
  const lines = text.split('\n').filter((line) => line !== '');
  const named = lines.map((line) => {
    const head = /^# (HELP|TYPE) (\S+)_total (.*)$/.exec(line);
    if (head === null || !counters.has(`${head[2]}_total`)) return line;
    return `# ${head[1]} ${head[2]} ${head[3]}`;
  });
  return `${named.join('\n')}\n# EOF\n`;
}
