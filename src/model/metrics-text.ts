// Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/

/** Values of labels, in the order of their names. */
export type Labels = readonly string[];

/** What is read when somebody asks: values by labels, of what is so now (gauge), or only grows and is counted elsewhere (counter). */
export function valuesText(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  labelNames: readonly string[],
  values: readonly (readonly [Labels, number])[],
): string {
  const lines = values.map(([labels, value]) => `${name}${labelsText(labelNames, labels)} ${value}\n`);
  return `${head(name, help, type)}${lines.join('')}`;
}

/** What stands before a metric's values. */
export function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

/** Labels behind the name of a metric; nothing where there are none. */
export function labelsText(names: readonly string[], values: Labels): string {
  if (names.length === 0) return '';
  const escaped = (value = ''): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${names.map((name, at) => `${name}="${escaped(values[at])}"`).join(',')}}`;
}
