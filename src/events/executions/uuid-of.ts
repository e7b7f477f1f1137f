/** What stands at the end of an execution's ARN, and tells it from all others. */
export function uuidOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
