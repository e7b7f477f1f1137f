import { setTimeout as wait } from 'node:timers/promises';
import { littleWarm, newHome, startHeddle, type RunningService } from '../../e2e/service.ts';
import { check, type Verdict } from './check.ts';
import { readDeadLetters } from './dead-letters.ts';
import { clientsOf, deployWork, leftIn, timeoutSeconds, type Deployment } from './deployment.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { submitAll } from './submitters.ts';

/** How hard it is tried. */
export interface Plan {
  readonly driver: string;
  /** How often the service is killed. */
  readonly deaths: number;
  /** That are acknowledged, of all kinds together, at least. */
  readonly events: number;
  /** Requests of a kind that are under way at a time. */
  readonly callers: number;
  readonly progress: (line: string) => void;
}

/** What came of it. */
export interface Proof {
  readonly verdict: Verdict;
  /** What the service said where it took something not. */
  readonly refusals: readonly string[];
  readonly seconds: number;
}

/** A life waits no longer for work to be done. */
const lifeMsMax = 5_000;
/** Where nothing is left to do, and something is missing, it is waited for so long before it is lost. */
const lostAfterMs = 30_000;

/** Kills a service under events, and judges what became of all of them once it has nothing left to do. */
export async function prove(plan: Plan): Promise<Proof> {
  await using ledger = await openLedger();
  const home = await newHome();
  const start = (): Promise<RunningService> => startHeddle(home, '--driver', plan.driver, ...littleWarm);
  let service = await start();
  try {
    const deployment = await deployWork(service, ledger.port);
    for (let life = 0; life < plan.deaths; life += 1) {
      await liveAndDie(plan, ledger, service, deployment);
      service = await start();
    }
    await liveToTheEnd(plan, ledger, service, deployment);
    const patience = timeoutSeconds * 1_000;
    const verdict = check(ledger.history, { async: patience, queue: patience, schedule: patience });
    return { verdict, refusals: ledger.refusals, seconds: ledger.now() / 1_000 };
  } finally {
    await service[Symbol.asyncDispose]();
  }
}

/** Hands events over until its share is acknowledged and some of it has run, and is killed in the midst of both. */
async function liveAndDie(plan: Plan, ledger: Ledger, service: RunningService, deployment: Deployment): Promise<void> {
  using clients = await clientsOf(service, deployment.account);
  const { life, book } = ledger;
  const share = Math.ceil((plan.events * (life + 1)) / (plan.deaths + 1));
  // From none to twice its share: some die with much to do, some with little.
  const runs = Math.floor((Math.random() * 2 * plan.events) / plan.deaths);
  const enough = share + Math.floor(Math.random() * 20);
  const over = new AbortController();
  // When its share is there, callers wait until enough has run, and go on until it dies.
  // Not for ever: there may not be so much to run.
  let waited = false;
  const patience = setTimeout(() => {
    waited = true;
    ledger.look();
  }, lifeMsMax);
  const ranEnough = (): boolean => book.runs >= runs || book.open === 0 || waited;
  const callers = submitAll(ledger, clients, deployment, plan.callers, {
    mayGo: () => book.total < share || ranEnough(),
    over: () => over.signal.aborted,
  });
  await ledger.until(() => book.total >= enough && ranEnough());
  const { runs: ran, total } = book;
  clearTimeout(patience);
  over.abort();
  ledger.look();
  await service.kill('SIGKILL');
  // What it had passed on to the ledger before is read first.
  await ledger.drained();
  ledger.write({ what: 'killed', life, atMs: ledger.now() });
  ledger.life = life + 1;
  await callers;
  plan.progress(`death ${life + 1} of ${plan.deaths}: ${total} acknowledged, ${ran} ran in this life`);
}

/** Hands over the rest, and waits until nothing is left to do. */
async function liveToTheEnd(
  plan: Plan,
  ledger: Ledger,
  service: RunningService,
  deployment: Deployment,
): Promise<void> {
  using clients = await clientsOf(service, deployment.account);
  const { book } = ledger;
  const over = new AbortController();
  const letters = readDeadLetters(clients, ledger, over.signal);
  await submitAll(ledger, clients, deployment, plan.callers, {
    mayGo: () => true,
    over: () => book.total >= plan.events,
  });
  plan.progress(`all ${book.total} are acknowledged; what is left is run`);
  for (let quietSince = Infinity; !(ledger.now() - quietSince > lostAfterMs);) {
    const { events, messages, schedules } = await leftIn(clients);
    const nothing = events + messages + schedules === 0;
    if (nothing && book.open === 0) break;
    quietSince = nothing ? Math.min(quietSince, ledger.now()) : Infinity;
    plan.progress(
      `${book.open} are not known to be done; the service has ${events} events, ${messages} messages, ${schedules} schedules`,
    );
    await Promise.race([ledger.until(() => book.open === 0), wait(1_000)]);
  }
  over.abort();
  await letters;
}
