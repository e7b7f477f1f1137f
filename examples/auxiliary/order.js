export const handler = async (order) => {
  const answer = await fetch('http://heddle.internal/aux/signer/', { method: 'POST', body: JSON.stringify(order) });
  return answer.ok ? await answer.json() : `${answer.status} ${await answer.text()}`;
};
