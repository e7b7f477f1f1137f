import { formatAge, formatMb, paint } from '../../output/style.ts';
import type { Picture } from '../picture.ts';
import { bar, cell, printable, rate, sparkline } from '../text.ts';

/** What is said of the view itself. */
export interface About {
  readonly url: string;
  readonly paused: boolean;
  /** Why there is nothing newer, where there is not. */
  readonly trouble: string | undefined;
  /** Calls a second, the newest last. */
  readonly history: readonly number[];
}

/** Title, calls, memory, warming pool. */
export function headerLines(picture: Picture, about: About, width: number): string[] {
  const { queue, running, callsPerSecond, errorsPerSecond } = picture;
  const room = width < 100 ? 16 : 40;
  const waiting = `${queue.length.toLocaleString('en-US')} of ${queue.max.toLocaleString('en-US')} waiting`;
  const errors = `${rate(errorsPerSecond)}/s fail`;
  const calls = [
    `${heading('Calls')}${paint('cyan', sparkline(about.history, room))} ${rate(callsPerSecond)}/s`,
    (errorsPerSecond ?? 0) > 0 ? paint('red', errors) : errors,
    `${running.toLocaleString('en-US')} running`,
    queue.length > 0 ? paint('yellow', waiting) : waiting,
  ];
  return [titleLine(picture, about, width), calls.join('  '), ...memoryLine(picture, room), warmLine(picture)];
}

function heading(text: string): string {
  return paint('bold', cell(text, 8));
}

function titleLine({ driver, version, uptimeMs }: Picture, about: About, width: number): string {
  const left = `${paint('bold', 'heddle top')}  ${printable(about.url)}  ${driver}  v${version}  up ${formatAge(uptimeMs)}`;
  const state = stateWords(about);
  return cell(left, Math.max(0, width - state.length - 1)) + ' ' + paintState(about, state);
}

function stateWords({ paused, trouble }: About): string {
  if (trouble !== undefined) return trouble;
  return paused ? 'paused' : 'live';
}

function paintState({ paused, trouble }: About, text: string): string {
  return trouble !== undefined ? paint('red', text) : paused ? paint('yellow', text) : paint('dim', text);
}

/** Memory that instances may have: in use, idle, free. */
function memoryLine({ memory }: Picture, room: number): string[] {
  if (memory === undefined) return [];
  const { totalMb, freeMb, idleMb } = memory;
  const usedMb = totalMb - freeMb - idleMb;
  const used = Math.round((usedMb / totalMb) * room);
  const idle = Math.min(room - used, Math.round((idleMb / totalMb) * room));
  const gauge = [
    paint('magenta', '█'.repeat(used)),
    paint('green', '▒'.repeat(idle)),
    paint('dim', '░'.repeat(room - used - idle)),
  ].join('');
  const words = `${usedMb.toLocaleString('en-US')} used, ${idleMb.toLocaleString('en-US')} idle, of ${formatMb(totalMb)}`;
  return [`${heading('Memory')}${gauge} ${words}`];
}

/** Warm instances of each runtime: those that are ready of those that should be, and those that are on their way. */
function warmLine({ warming }: Picture): string {
  const pools = warming.map(({ configuration, ready, starting, target }) => {
    const short = ready < target ? paint('yellow', `${ready} of ${target}`) : `${ready} of ${target}`;
    return `${printable(configuration)} ${short}${starting > 0 ? ` (+${starting})` : ''}`;
  });
  return `${heading('Warm')}${pools.join('  ') || 'nothing is kept'}`;
}

/** A share of something as a bar in colour. */
export function shareBar(share: number, width: number): string {
  return paint('cyan', bar(share, width));
}
