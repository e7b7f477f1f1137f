const charactersMax = 200_000;

function keyOf(accessKeyId: string, functionName: string): string {
  return `heddle-payload ${accessKeyId} ${functionName}`;
}

/** The payload that was typed last for a function, in this tab: it may be nobody else's to read. */
export function keptPayload(accessKeyId: string, functionName: string): string {
  return sessionStorage.getItem(keyOf(accessKeyId, functionName)) ?? '{}';
}

/** Keeps it for as long as the tab is open. What is very long is not kept. */
export function keepPayload(accessKeyId: string, functionName: string, text: string): void {
  if (text.length <= charactersMax) sessionStorage.setItem(keyOf(accessKeyId, functionName), text);
}
