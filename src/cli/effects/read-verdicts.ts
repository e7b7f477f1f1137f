import {
  characteristics,
  type Characteristic,
  type Reason,
  type Verdict,
  type Verdicts,
} from '../../effects/characteristics/characteristics.ts';
import type { Answer, Place, Step } from '../../effects/model/effect.ts';
import type { Shape } from '../../sdk/shape.ts';

function placeOf(shape: Shape): Place {
  return { file: shape.text('file'), line: shape.number('line') };
}

function reasonOf(shape: Shape): Reason {
  return {
    ...placeOf(shape),
    function: shape.text('function'),
    what: shape.text('what'),
    words: shape.text('words'),
    through: shape.list('through').map((step) => ({ ...placeOf(step), function: step.text('function') })),
    via: shape.list('via').map((step): Step => ({ ...placeOf(step), name: step.text('name') })),
  };
}

function answerOf(text: string): Answer {
  return text === 'yes' || text === 'no' ? text : 'unknown';
}

/** What a service says of a function. */
export function readVerdicts(shape: Shape): Verdicts {
  const of = (characteristic: Characteristic): Verdict => {
    const verdict = shape.object(characteristic);
    return { answer: answerOf(verdict.text('answer')), reasons: verdict.list('reasons').map(reasonOf) };
  };
  const [idempotent, readOnly, retrySafe, deterministic, leaves, personal] = characteristics.map(of);
  const none: Verdict = { answer: 'unknown', reasons: [] };
  return {
    idempotent: idempotent ?? none,
    'read-only': readOnly ?? none,
    'retry-safe': retrySafe ?? none,
    deterministic: deterministic ?? none,
    'leaves-machine': leaves ?? none,
    'personal-data': personal ?? none,
  };
}
