/** Resolves after so many milliseconds. */
export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

/** Calls after so many milliseconds, if the page is still there then. */
export function later(ms: number, action: () => void): void {
  setTimeout(action, ms);
}
