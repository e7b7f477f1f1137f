import type { S3Call, S3Operation } from '../context.ts';
import { transformedGet } from './transformed-get.ts';
import { transformedHead, transformedList } from './transformed-answer.ts';
import { transformedPut } from './transformed-put.ts';
import type { PathKind, PathStep } from './settings.ts';

type Transformed = (call: S3Call, steps: readonly PathStep[], plain: S3Operation) => ReturnType<S3Operation>;

const transformed: Readonly<Record<PathKind, Transformed>> = {
  get: transformedGet,
  head: transformedHead,
  list: transformedList,
  put: transformedPut,
};

/** An operation that goes through functions where a path says so. */
export function onPath(kind: PathKind, plain: S3Operation): S3Operation {
  return async (call) => {
    const steps = call.place().path[kind];
    return await (steps.length === 0 ? plain(call) : transformed[kind](call, steps, plain));
  };
}
