import type { Capacity } from '../../model/functions/function.ts';
import { SettingError } from './parse.ts';

const form =
  'must be ID=dedicated, ID=variable or ID=variable:CEILING, with an account of 12 digits, several with ; between';

/** `ID=dedicated;ID=variable:20`. */
export function parseCapacityByAccount(text: string): Readonly<Record<string, Capacity>> {
  return Object.fromEntries(
    text.split(';').map((item) => {
      const [, account, kind, ceiling] = /^(\d{12})=(dedicated|variable)(?::([1-9]\d{0,5}))?$/.exec(item.trim()) ?? [];
      if (account === undefined || (kind === 'dedicated' && ceiling !== undefined)) throw new SettingError(form);
      if (kind === 'dedicated') return [account, { kind }];
      return [account, { kind: 'variable', ...(ceiling === undefined ? {} : { ceiling: Number(ceiling) }) }];
    }),
  );
}
