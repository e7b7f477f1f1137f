/**
 * Code of a function that waits a moment, as for a database, calls the next one by a signed request of its own, and answers with the start of that and of all
 * behind it, path and milliseconds. Without AWS's client, whose loading would be most of what is measured. `event.call` names another to call, '' none.
 */
export function callerCode(next: string | undefined, waitMs: number): string {
  return `
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const hash = (text) => createHash('sha256').update(text).digest('hex');
const mac = (key, text) => createHmac('sha256', key).update(text).digest();
function call(name) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token, AWS_REGION: region } = process.env;
  const url = new URL('/2015-03-31/functions/' + name + '/invocations', process.env.AWS_ENDPOINT_URL_LAMBDA);
  const at = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
  const scope = at.slice(0, 8) + '/' + region + '/lambda/aws4_request';
  const body = '{}';
  const signed = 'host;x-amz-date;x-amz-security-token';
  const lines = ['POST', url.pathname, '', 'host:' + url.host, 'x-amz-date:' + at, 'x-amz-security-token:' + token, '', signed, hash(body)];
  const key = mac(mac(mac(mac('AWS4' + secret, at.slice(0, 8)), region), 'lambda'), 'aws4_request');
  const signature = mac(key, ['AWS4-HMAC-SHA256', at, scope, hash(lines.join('\\n'))].join('\\n')).toString('hex');
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + id + '/' + scope + ', SignedHeaders=' + signed + ', Signature=' + signature;
  const headers = { authorization, 'x-amz-date': at, 'x-amz-security-token': token, 'content-length': 2, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      if (response.statusCode !== 200) return reject(new Error(response.statusCode + ' ' + text));
      resolve([{ path: response.headers['x-heddle-start-path'], ms: Number(response.headers['x-heddle-start-ms']) }, ...JSON.parse(text)]);
    });
    request.on('error', reject).end(body);
  });
}
exports.handler = async (event) => {
  const next = event.call ?? ${JSON.stringify(next ?? '')};
  if (${waitMs} > 0) await new Promise((resolve) => setTimeout(resolve, ${waitMs}));
  return next === '' ? [] : await call(next);
};
`;
}
