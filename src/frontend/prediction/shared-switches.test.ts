import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import { recordOf, testAccount } from '../../store/testing/record-of.ts';
import { storeHome } from '../../store/testing/store-home.ts';
import { SharedSwitches } from './shared-switches.ts';

interface Offs {
  readonly account: string;
  readonly name: string;
}

/** What prediction of one host is told. */
function told(offs: readonly Offs[] = []) {
  const done: string[] = [];
  return {
    done,
    prediction: {
      offs,
      turn: (_account: string, name: string, to: 'on' | 'off') => void done.push(`${name} ${to}`),
      forget: (_account: string, name: string, beforeMs = Infinity) => void done.push(`${name} before ${beforeMs}`),
    },
  };
}

describe('what was said of learning', () => {
  const home = storeHome(async (path) => openSqliteStore(path));

  test('holds at other hosts, and at those that were away', async () => {
    const store = home.store();
    await store.functions.create(recordOf('f'));
    const [here, there] = [told(), told()];
    const [own, other] = [here, there].map(({ prediction }) => new SharedSwitches({ store, prediction }));
    await own?.keep(testAccount, 'f', 'off', 5);
    other?.reread(testAccount, 'f');
    await own?.keep(testAccount, '', 'forgotten', 7);
    other?.reread(testAccount, '');
    assert.deepEqual(here.done, []);
    assert.deepEqual(there.done, ['f off', 'f before Infinity', ' before Infinity']);
    // Of another host's start nothing is left that was turned on meanwhile.
    const later = told([{ account: testAccount, name: 'g' }]);
    assert.equal(new SharedSwitches({ store, prediction: later.prediction }).forgottenAt(testAccount, 'f'), 7);
    assert.deepEqual(later.done, ['g on', ' before 7', 'f off', 'f before 5']);
  });

  test('of a function that is gone is gone', async () => {
    const store = home.store();
    const here = told();
    await new SharedSwitches({ store, prediction: here.prediction }).keep(testAccount, 'nobody', 'off', 5);
    assert.deepEqual(store.settings.all('prediction'), []);
  });
});
