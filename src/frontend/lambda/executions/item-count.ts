import type { ApiRequest } from '../../routes/operation.ts';

/** What AWS gives where nothing is said. */
const usual = 100;

/** How many items a request asks for at most; AWS's model has seen that it is at most 1,000. */
export function itemCount(request: ApiRequest): number {
  const text = request.query('MaxItems') ?? '0';
  return Number(text) === 0 ? usual : Number(text);
}
