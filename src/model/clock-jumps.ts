/** The clock was put forward, to `at`: by so many milliseconds that it shows since then no time has passed. Milliseconds since the Unix epoch. */
export interface ClockJump {
  readonly at: number;
  readonly ms: number;
}

/** No more are remembered one by one; then the two oldest become one, which leaves what is older than both older than it is, never younger. */
const jumpsMax = 16;

/** How much less time has passed since a moment than the clock says. */
export function jumpedMs(jumps: readonly ClockJump[], since: number): number {
  let ms = 0;
  for (const jump of jumps) if (jump.at > since) ms += jump.ms;
  return ms;
}

/** The same jumps and one more, without those that nothing can be as old as any more: `keptMs` is how old anything may become. */
export function withJump(jumps: readonly ClockJump[], jump: ClockJump, keptMs: number): readonly ClockJump[] {
  const all = [...jumps.filter(({ at }) => at + keptMs > jump.at - jump.ms), jump];
  const [first, second, ...others] = all;
  if (all.length <= jumpsMax || first === undefined || second === undefined) return all;
  return [{ at: second.at, ms: first.ms + second.ms }, ...others];
}

/** The clock was put back by so much, and shows `now`: that undoes jumps, the newest first. */
export function withoutJumps(jumps: readonly ClockJump[], ms: number, now: number): readonly ClockJump[] {
  let left = ms;
  return jumps
    .toReversed()
    .flatMap((jump) => {
      const undone = Math.min(left, jump.ms);
      left -= undone;
      return undone === jump.ms ? [] : [{ at: Math.min(jump.at, now), ms: jump.ms - undone }];
    })
    .toReversed();
}
