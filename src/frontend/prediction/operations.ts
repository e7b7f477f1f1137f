import { ApiError } from '../../api/errors.ts';
import { jsonInput, requiredString } from '../../api/json-input.ts';
import type { Prediction } from '../../prediction/prediction.ts';
import type { FrontendOptions } from '../context.ts';
import { findFunction } from '../lambda/find-function.ts';
import type { SharedSwitches } from './shared-switches.ts';
import { learnedElsewhere, type LearnedElsewhere } from './learned-elsewhere.ts';
import { callersHome, smallBodyBytesMax, type ApiReply, type ApiRequest, type Operation } from '../routes/operation.ts';

const path = '/heddle/v1/functions/:functionName/profile';
const ofAccount = '/heddle/v1/profiles';
/** Trees that one answer holds. */
const shownMax = 100;

/**
 * Profiles of what functions call: of one function as a tree, of the account's functions that call something; and the switches. What profiles are, and what is
 * done because of them, `src/prediction` says.
 */
export function predictionOperations(
  options: FrontendOptions & { readonly switches?: SharedSwitches | undefined },
): readonly Operation[] {
  const operation = (
    name: string,
    method: Operation['method'],
    at: string,
    run: (prediction: Prediction, request: ApiRequest) => Promise<ApiReply>,
  ): Operation => ({
    name,
    method,
    path: at,
    bodyBytesMax: smallBodyBytesMax,
    // Whoever says something and asks then is answered by the same host.
    home: callersHome,
    run: (request) => run(predictionOf(options), request),
  });
  const { switches, clock } = options;
  const elsewhere = learnedElsewhere(options, switches);
  /** For a function, or without a name for the account. */
  const turn = async (prediction: Prediction, request: ApiRequest, name: string): Promise<ApiReply> => {
    const { account } = request.scope;
    const to = switchIn(request);
    prediction.turn(account, name, to);
    await switches?.keep(account, name, to, clock.wall());
    return { status: 204 };
  };
  const forget = async (prediction: Prediction, account: string, name: string): Promise<ApiReply> => {
    prediction.forget(account, name);
    await switches?.keep(account, name, 'forgotten', clock.wall());
    return { status: 204 };
  };
  const nameIn = async (request: ApiRequest): Promise<string> =>
    (await findFunction(options.store, request)).latest.name;
  return [
    operation('GetFunctionProfile', 'GET', path, async (prediction, request) => {
      const { account } = request.scope;
      const name = await nameIn(request);
      return { status: 200, body: prediction.show(account, name, (await elsewhere(account)).profiles) };
    }),
    operation('PutFunctionProfile', 'PUT', path, async (prediction, request) =>
      turn(prediction, request, await nameIn(request)),
    ),
    operation('DeleteFunctionProfile', 'DELETE', path, async (prediction, request) =>
      forget(prediction, request.scope.account, await nameIn(request)),
    ),
    operation('GetProfiles', 'GET', ofAccount, async (prediction, { scope: { account } }) => {
      const others = await elsewhere(account);
      const names = prediction.callers(account, others.profiles);
      const profiles = names.slice(0, shownMax).map((name) => prediction.show(account, name, others.profiles));
      const own = prediction.snapshot(account);
      const functions = new Set([...prediction.learned(account), ...others.profiles].map(({ name }) => name)).size;
      const body = { ...own, functions, ...countsOf([own, ...others.counts]) };
      return { status: 200, body: { ...body, profiles, more: names.length - profiles.length } };
    }),
    operation('PutProfiles', 'PUT', ofAccount, (prediction, request) => turn(prediction, request, '')),
    operation('DeleteProfiles', 'DELETE', ofAccount, (prediction, { scope }) => forget(prediction, scope.account, '')),
  ];
}

function countsOf(all: LearnedElsewhere['counts']): LearnedElsewhere['counts'][number] {
  const sum = (of: (one: LearnedElsewhere['counts'][number]) => number): number =>
    all.reduce((before, one) => before + of(one), 0);
  return {
    decisions: sum(({ decisions }) => decisions),
    asked: sum(({ asked }) => asked),
    useful: sum(({ useful }) => useful),
    wasted: sum(({ wasted }) => wasted),
    outstanding: sum(({ outstanding }) => outstanding),
  };
}

function predictionOf({ prediction }: FrontendOptions): Prediction {
  if (prediction !== undefined) return prediction;
  throw new ApiError('NotImplementedException', 'This service does not keep account of what functions call.');
}

function switchIn(request: ApiRequest): 'on' | 'off' {
  const to = requiredString(jsonInput(request.body), 'prediction');
  if (to === 'on' || to === 'off') return to;
  throw new ApiError('InvalidParameterValueException', `"prediction" is "on" or "off"; it is "${to.slice(0, 40)}".`);
}
