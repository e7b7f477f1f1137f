/** A page has no environment, no home and no service of its own: it says which one it uses. */
export async function openService(): Promise<never> {
  throw new Error(
    'No service is known: a page has to name one, and a key, before it starts threads. ' +
      "Try await connect({ url: 'https://heddle.example.com', credentials: { accessKeyId, secretAccessKey } }).",
  );
}
