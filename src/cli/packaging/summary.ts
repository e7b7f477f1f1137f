import { formatCodeBytes } from '../output/style.ts';

/** Says for a person as what code is sent, and why so. `asked`: whether that was said. */
export function summaryOf(
  asBundle: boolean,
  asked: boolean,
  reasons: readonly string[],
  files: number,
  bytes: number,
): string {
  const [reason, ...others] = reasons;
  const more =
    others.length === 0 ? '' : ` (and ${others.length} more such ${others.length === 1 ? 'reason' : 'reasons'})`;
  const size = formatCodeBytes(bytes);
  if (asBundle && reason === undefined)
    return `As one bundle of ${size}: nothing that it imports needs a file beside it.`;
  if (asBundle) return `As one bundle of ${size}, because of --bundle, which may lose something: ${reason}${more}.`;
  const all = `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}, ${size}`;
  if (asked) return `As it is, ${all}, because of --no-bundle.`;
  return `As it is with what it needs, ${all}, not as one bundle: ${reason ?? ''}${more}.`;
}
