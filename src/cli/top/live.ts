import { pause } from './pause.ts';
import type { Picture } from './picture.ts';
import { Screen } from './screen.ts';
import type { About } from './sections/header.ts';
import { atFirst, keyPressed, type Key, type ViewState } from './state.ts';
import { type Frame, view } from './view.ts';
import { type Watch, Watched } from './watched.ts';

/** The screen is drawn at most so often, ms: what changes meanwhile is seen together. */
const drawMs = 100;
/** Ages and rates change without news. */
const tickMs = 1_000;

/** What is known after one interval, so that there are rates. */
export async function onePicture(watch: Watch, signal: AbortSignal): Promise<{ picture: Picture; about: About }> {
  using watched = new Watched(watch, () => undefined);
  await watched.begin(signal);
  await pause(watch.intervalMs, signal);
  const picture = watched.picture();
  if (picture === undefined) throw new Error('The service was watched and there is no picture.');
  return { picture, about: watched.about(false) };
}

/** Pictures, one an interval while the service is there, until the signal fires. The first has no rates. */
export async function* pictures(watch: Watch, signal: AbortSignal): AsyncGenerator<Picture> {
  using watched = new Watched(watch, () => undefined);
  await watched.begin(signal);
  while (!signal.aborted) {
    const picture = watched.picture();
    if (picture !== undefined && watched.trouble === undefined) yield picture;
    await pause(watch.intervalMs, signal);
  }
}

/** Shows it on the terminal until somebody quits. Throws where the service cannot be asked at first; later it says so, and tries again. */
export async function watchOnScreen(watch: Watch): Promise<void> {
  const quit = new AbortController();
  let draws: ReturnType<typeof setTimeout> | undefined;
  let draw = (): void => undefined;
  const drawSoon = (): void => {
    draws ??= setTimeout(() => {
      draws = undefined;
      draw();
    }, drawMs);
  };
  using watched = new Watched(watch, drawSoon);
  // Before the terminal is taken, so that what is wrong is said where it stays.
  await watched.begin(quit.signal);
  let state: ViewState = atFirst;
  let held: Picture | undefined;
  let frame: Frame = { lines: [], page: 0, offsetMax: 0 };
  draw = () => {
    const picture = held ?? watched.picture();
    if (picture === undefined || quit.signal.aborted) return;
    frame = view(picture, watched.about(state.paused), state, screen.columns, screen.rows);
    screen.show(frame.lines);
  };
  const key = (pressed: Key): void => {
    const scrolled = { ...state, offset: Math.min(state.offset, frame.offsetMax) };
    const next = keyPressed(scrolled, pressed, frame.page, (watched.picture()?.hosts.length ?? 0) > 0);
    if (next === 'quit') return quit.abort();
    if (next === 'suspend') return screen.suspend();
    held = next.paused ? (held ?? watched.picture()) : undefined;
    state = next;
    draw();
  };
  using screen = new Screen({ key, changed: () => draw() });
  while (!quit.signal.aborted) {
    watched.tick();
    draw();
    await pause(tickMs, quit.signal);
  }
  clearTimeout(draws);
}
