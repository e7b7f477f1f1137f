import { Command } from 'commander';
import { priceOf, type Prices } from '../../../model/accounts/prices.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { dateText } from '../../accounts/print-key.ts';
import { printJson, textFlag, wantsJson, withClient } from '../../context.ts';
import { formatBytes } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { parseSince } from '../logs.ts';

interface Sum {
  readonly cells: readonly string[];
  requests: number;
  errors: number;
  gbSeconds: number;
  egressBytes: number;
}

/** Rows of a table of usage: what was used by each function, or in each hour or day; with `prices` also what it costs. */
export function usageRows(
  records: readonly Shape[],
  by: 'function' | 'time',
  prices?: Prices,
): readonly (readonly string[])[] {
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const what =
      by === 'time' ? dateText(record.number('fromMs')).slice(0, 16) : record.text('functionName') || '(others)';
    const cells = [record.text('account'), what];
    const sum = sums.get(cells.join('/')) ?? { cells, requests: 0, errors: 0, gbSeconds: 0, egressBytes: 0 };
    sums.set(cells.join('/'), sum);
    sum.requests += record.number('requests');
    sum.errors += record.number('errors');
    sum.gbSeconds += record.number('gbSeconds');
    sum.egressBytes += record.number('egressBytes');
  }
  return Array.from(sums.values(), ({ cells, requests, errors, gbSeconds, egressBytes }) => [
    ...cells,
    requests.toLocaleString('en-US'),
    errors.toLocaleString('en-US'),
    gbSeconds.toLocaleString('en-US', { maximumFractionDigits: 3 }),
    formatBytes(egressBytes),
    ...(prices === undefined ? [] : [money(priceOf(prices, gbSeconds, requests), prices.currency)]),
  ]);
}

function money(value: number, currency: string): string {
  return value.toLocaleString('en-US', { style: 'currency', currency, maximumSignificantDigits: 4 });
}

function pricesIn(answer: Shape): Prices | undefined {
  if (!answer.names.includes('prices')) return undefined;
  const said = answer.object('prices');
  return { currency: said.text('currency'), gbSecond: said.number('gbSecond'), request: said.number('request') };
}

async function usage(command: Command): Promise<void> {
  const since = textFlag(command, 'since');
  const account = textFlag(command, 'account');
  const query = {
    ...(since !== undefined && { since: String(parseSince(since, Date.now())) }),
    ...(account !== undefined && { account }),
  };
  const answer = await withClient(command, (client) => client.admin('GET', '/usage', { query }));
  const records = answer.list('records');
  const silent = answer.texts('silentHosts');
  if (silent.length > 0)
    process.stderr.write(`No answer from ${silent.join(', ')}: what was used there is not in these sums.\n`);
  if (wantsJson(command)) return printJson(records);
  if (records.length === 0) return void process.stderr.write('Nothing was used in that time.\n');
  const by = command.opts<{ readonly time?: true }>().time === true ? 'time' : 'function';
  const prices = pricesIn(answer);
  const right = new Set(['REQUESTS', 'ERRORS', 'GB-S', 'EGRESS', ...(prices === undefined ? [] : ['COST'])]);
  const head = ['ACCOUNT', by === 'time' ? 'FROM (UTC)' : 'FUNCTION', ...right];
  const columns = head.map((heading) => ({ heading, align: right.has(heading) ? 'right' : 'left' }) as const);
  process.stdout.write(`${table(columns, usageRows(records, by, prices))}\n`);
}

const examples = `
Examples:
  $ heddle usage                                what the own functions used, in the last 400 days
  $ heddle usage --account all --since 24h      of all accounts, for whoever runs the service
  $ heddle usage --account ci --time --json     by the hour; by the day where it is long ago`;

/** `heddle usage` */
export function usageCommand(): Command {
  return new Command('usage')
    .description('show what functions used: requests, errors, memory times time, bytes that left')
    .option('--account <account>', 'id or name, or all (default: the own one)')
    .option('--since <when>', 'only from then on: 24h, or a time')
    .option('--time', 'by hours and days instead of functions')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => await usage(command));
}
