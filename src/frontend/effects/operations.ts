import { ApiError } from '../../api/errors.ts';
import { jsonInput, optionalString, requiredString } from '../../api/json-input.ts';
import type { Report } from '../../effects/model/effect.ts';
import { servingVersion } from '../../model/functions/function-record.ts';
import type { FrontendOptions } from '../context.ts';
import { findFunction } from '../lambda/find-function.ts';
import { callersHome, smallBodyBytesMax, type ApiReply, type ApiRequest, type Operation } from '../routes/operation.ts';
import { assess, retriedBy } from './assess.ts';
import type { EffectReports } from './reports.ts';

function reportsOf({ effects }: FrontendOptions): EffectReports {
  if (effects !== undefined) return effects;
  throw new ApiError('NotImplementedException', 'This service does not look at what functions do.');
}

/** The report in a request. */
async function given(value: unknown): Promise<Report> {
  const { readReport, ReportError } = await import('../../effects/model/read-report.ts');
  try {
    return readReport(value);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw new ApiError('InvalidParameterValueException', error.message);
  }
}

async function get(options: FrontendOptions, request: ApiRequest): Promise<ApiReply> {
  const effects = reportsOf(options);
  const version = servingVersion(await findFunction(options.store, request));
  const { report, verdicts } = await assess(options, request.scope.account, version.name, await effects.make(version));
  const retried = await retriedBy(options, version);
  return {
    status: 200,
    body: {
      function: version.name,
      version: version.version,
      codeSha256: version.codeSha256,
      report,
      verdicts,
      retriedBy: retried,
    },
  };
}

/** What would be said of a function with other code, that is there or not. Nothing is kept. */
async function check(options: FrontendOptions, request: ApiRequest): Promise<ApiReply> {
  reportsOf(options);
  const { account } = request.scope;
  const input = jsonInput(request.body);
  const name = requiredString(input, 'function');
  const { verdicts } = await assess(options, account, name, await given(input['report']));
  return { status: 200, body: { verdicts, retriedBy: await retriedBy(options, { account, name }) } };
}

/** Keeps what whoever deployed code has found in it. */
async function put(options: FrontendOptions, request: ApiRequest): Promise<ApiReply> {
  const effects = reportsOf(options);
  const { latest } = await findFunction(options.store, request);
  const input = jsonInput(request.body);
  const report = await given(input['report']);
  if (optionalString(input, 'codeSha256') !== latest.codeSha256 || report.handler !== latest.handler)
    throw new ApiError(
      'ResourceConflictException',
      `The report is not of the code and handler that ${latest.name} has now.`,
    );
  await effects.keep(latest, report);
  return { status: 204 };
}

/**
 * What functions do beside computing, by their own code and through all that they call.
 *
 * In this room it is asked for, compared and kept; `src/effects` finds it, in the command line for what is deployed there, and in a thread of the service's
 * for all other code.
 */
export function effectOperations(options: FrontendOptions): readonly Operation[] {
  const path = '/heddle/v1/functions/:functionName/effects';
  const operation = (
    name: string,
    method: Operation['method'],
    at: string,
    run: (request: ApiRequest) => Promise<ApiReply>,
  ): Operation => ({
    name,
    method,
    path: at,
    bodyBytesMax: smallBodyBytesMax,
    // What sources and schedules call is known there.
    home: callersHome,
    run,
  });
  return [
    operation('GetFunctionEffects', 'GET', path, (request) => get(options, request)),
    operation('PutFunctionEffects', 'PUT', path, (request) => put(options, request)),
    operation('CheckEffects', 'POST', '/heddle/v1/effects', (request) => check(options, request)),
  ];
}
