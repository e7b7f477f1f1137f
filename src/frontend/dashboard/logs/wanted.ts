import { constraintError } from '../../../api/constraint.ts';
import { logLevels, type LogLevel, type LogLine } from '../../../model/dashboard/logs.ts';
import type { ApiRequest } from '../../routes/operation.ts';

const textMax = 256;
const linesUsual = 500;
const linesMax = 5_000;
const hourMs = 3_600_000;

/** Which lines somebody wants to read. */
export interface WantedLines {
  /** Of these functions; empty: of all. */
  readonly functions: readonly string[];
  /** At least this. Lines of the service are wanted where nothing is said. */
  readonly level: LogLevel;
  /** That the line has, whatever its case; lower case. */
  readonly text: string;
  /** That its request's id begins with. */
  readonly requestId: string;
  /** Of what was printed before, since then (milliseconds since the Unix epoch), the newest so many. */
  readonly sinceWallMs: number;
  readonly lines: number;
  /** And what comes, until whoever reads goes. */
  readonly follow: boolean;
}

/** Reads `function` (any number), `level`, `text`, `requestId`, `since`, `limit` and `follow=1`. Throws ApiError. */
export function wantedLines(request: Pick<ApiRequest, 'query' | 'queryAll'>, wallMs: number): WantedLines {
  const level = request.query('level')?.toUpperCase() ?? 'SYSTEM';
  const known = logLevels.find((one) => one === level);
  if (known === undefined)
    throw constraintError('level', level.slice(0, 40), `Member must satisfy enum value set: [${logLevels.join(', ')}]`);
  return {
    functions: request.queryAll('function'),
    level: known,
    text: shortIn('text', request.query('text')).toLowerCase(),
    requestId: shortIn('requestId', request.query('requestId')).toLowerCase(),
    sinceWallMs: wholeIn('since', request.query('since'), 0, Number.MAX_SAFE_INTEGER) ?? wallMs - hourMs,
    lines: wholeIn('limit', request.query('limit'), 0, linesMax) ?? linesUsual,
    follow: request.query('follow') === '1',
  };
}

/** Whether a line is wanted; which function's it is was asked before. */
export function wants({ level, text, requestId }: WantedLines, line: LogLine): boolean {
  if (logLevels.indexOf(line.level) < logLevels.indexOf(level)) return false;
  if (!line.requestId.startsWith(requestId)) return false;
  return text === '' || line.text.toLowerCase().includes(text);
}

function shortIn(name: string, text = ''): string {
  if (text.length <= textMax) return text;
  throw constraintError(name, `${text.slice(0, 40)}…`, `Member must have length less than or equal to ${textMax}`);
}

function wholeIn(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw constraintError(name, text, `Member must be a whole number between ${min} and ${max}`);
}
