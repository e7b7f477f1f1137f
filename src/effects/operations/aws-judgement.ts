import type { Answer, Facts } from '../model/effect.ts';
import type { Value } from '../values/value.ts';
import { factsOf, inputMember, type Manner, textsIn, withMarks } from './draft.ts';
import { awsServices, readingVerbs, removingVerbs } from './tables/aws-operations.ts';
import { awsTokens } from './tables/aws-tokens.ts';

function has(list: string | undefined, name: string): boolean {
  return list?.split(' ').includes(name) === true;
}

function pairs(list: string | undefined, name: string): readonly string[] {
  const found = list?.split(' ').find((each) => each.startsWith(`${name}:`));
  return found === undefined ? [] : found.slice(name.length + 1).split('|');
}

/** Adding to what is there is told by the expression. */
function updateManner(input: Value): { readonly manner: Manner; readonly words: string } {
  const expression = inputMember(input, 'UpdateExpression');
  const texts = textsIn(expression.value);
  if (expression.given === 'no') return { manner: 'overwrite', words: 'without a condition' };
  if (texts.includes(undefined))
    return { manner: 'unknown', words: 'with an expression that only running it would tell' };
  const adds = texts.some((text) => /\bADD\b|list_append|\+|\s-\s/i.test(text ?? ''));
  return adds
    ? { manner: 'append', words: 'that adds to what is there' }
    : { manner: 'overwrite', words: 'without a condition' };
}

/** A condition that the second of two requests does not meet. */
function conditionOf(input: Value): Answer {
  const condition = inputMember(input, 'ConditionExpression');
  if (condition.given !== 'yes') return condition.given;
  const texts = textsIn(condition.value);
  if (texts.includes(undefined)) return 'unknown';
  return texts.every((text) => /attribute_not_exists|[<>=]/.test(text ?? '')) ? 'yes' : 'no';
}

function mannerOf(service: string, operation: string): Manner {
  const table = awsServices[service];
  for (const manner of ['read', 'overwrite', 'remove', 'append'] as const)
    if (has(table?.[manner], operation)) return manner;
  if (readingVerbs.test(operation)) return 'read';
  return removingVerbs.test(operation) ? 'remove' : 'unknown';
}

/** What was found of one operation, with its input. */
export interface Judged {
  readonly facts: Facts;
  readonly words: string;
}

/** What a write is like whose second time may be kept from doing harm by a member of its input. */
function guarded(service: string, operation: string, input: Value, judged: Judged): Judged {
  const tokens = [...pairs(awsTokens[service], operation), ...pairs(awsServices[service]?.guards, operation)];
  if (tokens.length === 0) return judged;
  const given = tokens.map((token) => ({ token, ...inputMember(input, token) }));
  const sure = given.find((each) => each.given === 'yes');
  if (sure !== undefined) {
    const facts: Facts = { ...judged.facts, access: 'write', idempotent: 'yes', retrySafe: 'yes' };
    return withMarks(facts, `sends ${operation} with ${sure.token}`, sure.value);
  }
  if (given.some((each) => each.given === 'unknown')) {
    const idempotent = judged.facts.idempotent === 'yes' ? 'yes' : 'unknown';
    return {
      facts: { ...judged.facts, idempotent, retrySafe: 'unknown' },
      words: `sends ${operation}, maybe with ${tokens.join(' or ')}`,
    };
  }
  const isKnown = judged.facts.access !== 'unknown';
  const facts: Facts = isKnown ? judged.facts : { ...judged.facts, access: 'write', idempotent: 'no', retrySafe: 'no' };
  return { facts, words: `sends ${operation} without ${tokens.join(' or ')}` };
}

function dynamo(operation: string, input: Value, leaves: Answer): Judged | undefined {
  if (!['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)) return undefined;
  const update = operation === 'UpdateItem' ? updateManner(input) : undefined;
  const manner = update?.manner ?? (operation === 'PutItem' ? 'overwrite' : 'remove');
  const condition = conditionOf(input);
  const plain = {
    facts: { ...factsOf(manner, leaves), access: 'write' as const },
    words: `sends ${operation}${manner === 'remove' ? '' : ` ${update?.words ?? 'without a condition'}`}`,
  };
  if (condition === 'no' || manner === 'remove') return plain;
  if (condition === 'unknown')
    return { facts: { ...plain.facts, retrySafe: 'unknown' }, words: `sends ${operation}, maybe with a condition` };
  // That something is there does not keep a second addition from being made.
  if (manner !== 'overwrite')
    return {
      facts: { ...plain.facts, idempotent: 'unknown', retrySafe: 'unknown' },
      words: `${plain.words}, with a condition`,
    };
  return { facts: { ...factsOf('guarded', leaves) }, words: `sends ${operation} with a condition` };
}

/** What an operation is like with this input: by the tables, its tokens, and the conditions that it is sent with. */
export function judge(service: string, operation: string, input: Value, leaves: Answer): Judged {
  const ofItem = service === 'dynamodb' ? dynamo(operation, input, leaves) : undefined;
  if (ofItem !== undefined) return withMarks(ofItem.facts, ofItem.words, input);
  const manner = mannerOf(service, operation);
  const facts = factsOf(manner, leaves);
  const words = `sends ${operation}${manner === 'overwrite' ? ', which overwrites' : ''}`;
  const judged = guarded(service, operation, input, {
    facts: manner === 'unknown' ? { ...facts, access: 'write' } : facts,
    words,
  });
  return manner === 'overwrite' ? withMarks(judged.facts, judged.words, input) : judged;
}
