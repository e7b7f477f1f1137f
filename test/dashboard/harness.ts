import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../src/cli/bootstrap/missing.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const program = findProgram('chromium', process.env['PATH'] ?? '');
const noDriver = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

/** Why the dashboard cannot be tried here, or false: for `describe`. */
export const skip: string | false =
  program === undefined ? 'Chromium is not installed (apt-get install chromium)' : noDriver;

const flags = [
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update',
  '--disable-sync',
].flatMap((some) => some.split(' '));

/** A key, as the sign-in asks for it. */
export interface TypedKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A service with its dashboard in a browser. One for a file of tests. */
export interface Dashboard extends AsyncDisposable {
  readonly service: RunningService;
  readonly browser: Browser;
  /** The operator's. */
  readonly key: TypedKey;
  /** A tab of its own, signed in, at `#/PLACE`; whatever it says is wrong fails the test when it is closed by `close`. */
  open(place: string, options?: OpenOptions): Promise<Tab>;
}

export interface OpenOptions {
  /** The operator's where it is not said; `null` signs nobody in. */
  readonly key?: TypedKey | null;
  readonly width?: number;
  readonly dark?: boolean;
  /** Another address than the service's own, such as a proxy's. */
  readonly url?: string;
}

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** What the page said was wrong: errors, and what its content security policy refused. */
  readonly problems: readonly string[];
}

/** Chromium; close it. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: program ?? '', args: flags });
}

/** Starts `heddle up --driver host` with these flags, and Chromium. */
export async function startDashboard(...more: readonly string[]): Promise<Dashboard> {
  await using undo = new AsyncDisposableStack();
  const service = undo.use(
    await startHeddle(await newHome(), '--driver', 'host', '--warm', 'nodejs24.x-256=1..1', ...more),
  );
  const browser = await launchBrowser();
  undo.defer(() => browser.close());
  const stored = parseIni(await readFile(join(service.home, 'credentials'), 'utf8')).get('heddle');
  const key = {
    accessKeyId: stored?.get('aws_access_key_id') ?? '',
    secretAccessKey: stored?.get('aws_secret_access_key') ?? '',
  };
  const owned = undo.move();
  return {
    service,
    browser,
    key,
    open: (place, options = {}) => openTab({ browser, key, url: service.url }, place, options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The same for any service. */
export async function openTab(
  own: { readonly browser: Browser; readonly key: TypedKey; readonly url: string },
  place: string,
  { key = own.key, width = 1_440, dark = false, url = own.url }: OpenOptions,
): Promise<Tab> {
  const context = await own.browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  // Only against hanging: a loaded machine takes its time.
  page.setDefaultTimeout(180_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  // As the page keeps it over a reload: the form itself has a test of its own.
  const kept = JSON.stringify(JSON.stringify(key));
  if (key !== null) await page.addInitScript(`sessionStorage.setItem('heddle-session', ${kept})`);
  await page.goto(`${url}/#/${place}`);
  if (key !== null) await page.getByText('Live', { exact: true }).waitFor();
  return {
    page,
    problems,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      assert.deepEqual(problems, [], 'what the page said was wrong');
    },
  };
}

/** Fails, with what and where, if axe-core finds the page hard to use for somebody. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(`${axe.source}; undefined`);
  const found: { violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] } =
    await page.evaluate('axe.run({ resultTypes: ["violations"] })');
  const lines = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
  );
  assert.deepEqual(lines, []);
}

/** Fails if something on the page is wider than the page. */
export async function assertFits(page: Page): Promise<void> {
  const [wide, has] = Object(
    await page.evaluate(
      '[document.querySelector(".content").scrollWidth, document.querySelector(".content").clientWidth]',
    ),
  );
  assert.ok(wide <= has, `The content is ${wide} pixels wide in ${has}.`);
}

/** How a page can be shown. */
interface Look {
  readonly width: number;
  readonly dark: boolean;
}

const looks: readonly Look[] = [390, 1_440].flatMap((width) => [false, true].map((dark) => ({ width, dark })));
let shown = 0;

/** All of them where somebody will look at the pictures, or has time (`HEDDLE_TEST_SLOW=1`); otherwise two, others for each place. */
function nextLooks(): readonly Look[] {
  const { HEDDLE_SCREENSHOTS: folder, HEDDLE_TEST_SLOW: slow } = process.env;
  if (folder !== undefined || slow === '1') return looks;
  shown += 1;
  return looks.filter(({ width, dark }) => (width === 390) === (dark === (shown % 2 === 0)));
}

/** What a page looks like and whether everybody can use it: opens it in both themes and at 390 and 1440 pixels; `ready` waits for what is to be seen. */
export async function assertLooks(
  dashboard: Pick<Dashboard, 'open'>,
  place: string,
  ready: (page: Page) => Promise<unknown>,
  options: OpenOptions = {},
): Promise<void> {
  const folder = process.env['HEDDLE_SCREENSHOTS'] ?? (await mkdtemp(join(tmpdir(), 'heddle-screenshots-')));
  await mkdir(folder, { recursive: true });
  const name = place.replaceAll(/[^\w-]+/g, '-') || 'start';
  for (const { width, dark } of nextLooks()) {
    await using tab = await dashboard.open(place, { ...options, width, dark });
    await ready(tab.page);
    const picture = join(folder, `${name}-${width}-${dark ? 'dark' : 'light'}`);
    await tab.page.screenshot({ path: `${picture}.png` });
    // What is below that.
    const moved: unknown = await tab.page.evaluate(
      '(() => { const all = document.querySelector(".content"); all?.scrollTo(0, 9e9); return all?.scrollTop > 0; })()',
    );
    if (moved === true) await tab.page.screenshot({ path: `${picture}-end.png` });
    await assertAccessible(tab.page);
    if (options.key !== null) await assertFits(tab.page);
  }
  if (process.env['HEDDLE_SCREENSHOTS'] === undefined) await rm(folder, { recursive: true });
}
