// The key is nowhere in here: what stands in the environment is a placeholder, which the service replaces in requests to that host.
export const handler = async ({ url }) => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${process.env.PAYMENTS}` } });
  return { codeHas: process.env.PAYMENTS, hostSays: await answer.text() };
};
