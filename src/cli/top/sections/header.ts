import { formatAge, formatMb, paint } from '../../output/style.ts';
import type { Picture } from '../picture.ts';
import { bar, cell, printable, rate, sparkline } from '../text.ts';

/** What is said of the view itself. */
export interface About {
  readonly url: string;
  readonly intervalMs: number;
  readonly paused: boolean;
  /** Why there is nothing newer, where there is not. */
  readonly trouble: string | undefined;
  /** Calls a second, the newest last. */
  readonly history: readonly number[];
}

/** Title, calls, memory: three lines. */
export function headerLines(picture: Picture, about: About, width: number): string[] {
  const { queue, running, callsPerSecond, errorsPerSecond } = picture;
  const waiting = `${queue.length.toLocaleString('en-US')} of ${queue.max.toLocaleString('en-US')} waiting`;
  const errors = `${rate(errorsPerSecond)}/s errors`;
  const calls = [
    `${paint('bold', 'Calls')}   ${cell(rate(callsPerSecond), 7, 'right')}/s ${paint('cyan', sparkline(about.history, width < 100 ? 16 : 40))}`,
    (errorsPerSecond ?? 0) > 0 ? paint('red', errors) : errors,
    `${running.toLocaleString('en-US')} running`,
    queue.length > 0 ? paint('yellow', waiting) : waiting,
  ];
  return [titleLine(picture, about, width), calls.join('   '), memoryLine(picture, width)];
}

function titleLine({ driver, version, uptimeMs }: Picture, about: About, width: number): string {
  const left = `${paint('bold', 'heddle top')}  ${printable(about.url)}  ${driver}  v${version}  up ${formatAge(uptimeMs)}`;
  const state = stateWords(about);
  return cell(left, Math.max(0, width - state.length - 1)) + ' ' + paintState(about, state);
}

function stateWords({ paused, trouble, intervalMs }: About): string {
  if (trouble !== undefined) return trouble;
  return paused ? 'paused' : `every ${intervalMs / 1_000} s`;
}

function paintState({ paused, trouble }: About, text: string): string {
  return trouble !== undefined ? paint('red', text) : paused ? paint('yellow', text) : paint('dim', text);
}

/** Memory that instances may have: in use, idle, free. */
function memoryLine({ memory, warming }: Picture, width: number): string {
  const pools = warming.map(
    ({ configuration, ready, starting, target }) =>
      `${configuration} ${ready}${starting > 0 ? `+${starting}` : ''}/${target}`,
  );
  const warm = `${paint('bold', 'Warm')} ${pools.join(', ') || 'none'}`;
  if (memory === undefined) return warm;
  const { totalMb, freeMb, idleMb } = memory;
  const usedMb = totalMb - freeMb - idleMb;
  const room = width < 100 ? 16 : 40;
  const used = Math.round((usedMb / totalMb) * room);
  const idle = Math.min(room - used, Math.round((idleMb / totalMb) * room));
  const gauge =
    paint('magenta', '█'.repeat(used)) +
    paint('green', '▒'.repeat(idle)) +
    paint('dim', '░'.repeat(room - used - idle));
  return `${paint('bold', 'Memory')} ${gauge} ${usedMb.toLocaleString('en-US')} used, ${idleMb.toLocaleString('en-US')} idle of ${formatMb(totalMb)}   ${warm}`;
}

/** A share of something as a bar in colour. */
export function shareBar(share: number, width: number): string {
  return paint('cyan', bar(share, width));
}
