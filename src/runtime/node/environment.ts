/**
 * Makes `process.env` exactly `environment`. What is there already with the right value is left alone: above all `TZ`,
 * because setting it makes V8 look up the time zone again.
 */
export function applyEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(environment, name)) delete process.env[name];
  for (const [name, value] of Object.entries(environment)) if (process.env[name] !== value) process.env[name] = value;
}

/** A clock that moved by more than this since the process started was set, not corrected, ms. */
const clockStepMsMax = 500;

/** Makes `performance.timeOrigin` fit the wall clock again where that was set since Node read it (in a copied machine). */
export function correctTimeOrigin(): void {
  const timeOrigin = Date.now() - performance.now();
  if (Math.abs(timeOrigin - performance.timeOrigin) < clockStepMsMax) return;
  Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin, configurable: true, enumerable: true });
}
