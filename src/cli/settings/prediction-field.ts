import type { Settings } from '../../model/functions/settings.ts';
import type { Field } from './field.ts';
import { parseChoice } from './parse.ts';

/** What is ready before it is called, because of what was called before. */
export const predictionFields: { readonly prediction: Field<Settings['prediction']> } = {
  prediction: {
    flag: 'prediction',
    environment: 'HEDDLE_PREDICTION',
    argument: 'on|off',
    description:
      'whether it is learned what functions call, and prepared when it is about to be called (heddle profile)',
    parse: parseChoice(['on', 'off'] as const),
    fallback: () => 'on',
    fallbackText: 'on',
  },
};
