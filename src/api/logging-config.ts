import {
  applicationLogLevels,
  systemLogLevels,
  type FunctionVersion,
  type LoggingSettings,
} from '../model/functions/function.ts';
import { checkLength, checkPattern, constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';
import { optionalObject, optionalString, type JsonInput } from './json-input.ts';

/** `LoggingConfig` of the Lambda API. */
export interface LoggingConfigWire {
  readonly LogFormat: 'Text' | 'JSON';
  readonly ApplicationLogLevel?: string;
  readonly SystemLogLevel?: string;
  readonly LogGroup: string;
}

const groupPattern = '[\\.\\-_/#A-Za-z0-9]+';

/** Reads and checks the member. Throws what AWS throws; also where levels are given for a log that is text. */
export function readLoggingConfig(input: JsonInput): LoggingSettings | undefined {
  const given = optionalObject(input, 'LoggingConfig');
  if (given === undefined) return undefined;
  const format = oneOf(given, 'LogFormat', ['Text', 'JSON']) ?? 'Text';
  const applicationLevel = oneOf(given, 'ApplicationLogLevel', applicationLogLevels);
  const systemLevel = oneOf(given, 'SystemLogLevel', systemLogLevels);
  const group = optionalString(given, 'LogGroup');
  if (format === 'Text' && (applicationLevel ?? systemLevel) !== undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'ApplicationLogLevel and SystemLogLevel are only supported when LogFormat is set to JSON.',
    );
  if (group !== undefined) {
    checkLength('loggingConfig.logGroup', group, 1, 512);
    checkPattern('loggingConfig.logGroup', group, groupPattern);
  }
  const levels = { applicationLevel: applicationLevel ?? 'INFO', systemLevel: systemLevel ?? 'INFO' } as const;
  return { format, ...levels, ...(group !== undefined && { group }) };
}

/** The same of a function, as AWS shows it. */
export function loggingConfig({ name, logging }: Pick<FunctionVersion, 'name' | 'logging'>): LoggingConfigWire {
  const LogGroup = logging?.group ?? `/aws/lambda/${name}`;
  if (logging?.format !== 'JSON') return { LogFormat: 'Text', LogGroup };
  const { applicationLevel: ApplicationLogLevel, systemLevel: SystemLogLevel } = logging;
  return { LogFormat: 'JSON', ApplicationLogLevel, SystemLogLevel, LogGroup };
}

function oneOf<T extends string>(input: JsonInput, name: string, values: readonly T[]): T | undefined {
  const given = optionalString(input, name);
  if (given === undefined) return undefined;
  const value = values.find((each) => each === given);
  if (value !== undefined) return value;
  const member = `loggingConfig.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw constraintError(member, given, `Member must satisfy enum value set: [${values.join(', ')}]`);
}
