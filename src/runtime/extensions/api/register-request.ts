import { isRecord } from '../telemetry/subscription.ts';

/** The events of a registration's body, or what is wrong with it, in words. */
export function eventsOf(body: string): readonly string[] | string {
  let value: unknown;
  try {
    // A body is not required.
    value = body.trim() === '' ? {} : JSON.parse(body);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!isRecord(value)) return 'The body of a registration is a JSON object';
  const { events = [], configurationKeys = [] } = value;
  if (!Array.isArray(configurationKeys) || configurationKeys.length > 0)
    return 'configurationKeys are deprecated; use environment variables instead';
  if (!Array.isArray(events) || !events.every((event): event is string => typeof event === 'string'))
    return 'events is a list of names';
  return events;
}

/** What `Lambda-Extension-Accept-Feature` asks for; what nobody knows is passed over. */
export function featuresOf(text: string): { readonly accountId: boolean } {
  return { accountId: text.split(',').some((feature) => feature.trim() === 'accountId') };
}
