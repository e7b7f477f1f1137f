/** Web frameworks that people run behind a function's URL, each by the adapter that is used with it. */
export const packages: Readonly<Record<string, string>> = {
  '@codegenie/serverless-express': '4.17.1',
  '@fastify/aws-lambda': '6.4.1',
  express: '5.3.0',
  fastify: '5.12.8',
  hono: '4.13.19',
  'serverless-http': '4.0.0',
};

/** What each of them does, so that all are asked the same. */
const express = `const app = express();
  app.use(express.json());
  app.get('/hello/:name', (request, response) => {
    response.cookie('a', '1').cookie('b', '2', { httpOnly: true }).json({ ...request.params, ...request.query, agent: request.get('x-agent'), cookie: request.get('cookie') });
  });
  app.post('/echo', (request, response) => response.status(201).json(request.body));
  app.get('/bytes', (_request, response) => response.type('image/png').send(Buffer.from([0, 255, 128])));
  app.get('/elsewhere', (_request, response) => response.redirect('/hello/you'));
  // Express's own last word needs a socket, which codegenie's adapter gives it none of: 500, wherever it runs.
  app.use((_request, response) => response.status(404).end());`;

const hono = `const app = new Hono();
  app.get('/hello/:name', (c) => {
    setCookie(c, 'a', '1');
    setCookie(c, 'b', '2', { httpOnly: true });
    return c.json({ ...c.req.param(), ...c.req.query(), agent: c.req.header('x-agent'), cookie: c.req.header('cookie') });
  });
  app.post('/echo', async (c) => c.json(await c.req.json(), 201));
  app.get('/bytes', (c) => c.body(new Uint8Array([0, 255, 128]), 200, { 'content-type': 'image/png' }));
  app.get('/elsewhere', (c) => c.redirect('/hello/you'));`;

/** Each exports \`handler\`. Where an adapter declares a callback, it is called without one, which Node 24's runtime refuses. */
export const frameworks: Readonly<Record<string, string>> = {
  'hono-handle': `import { Hono } from 'hono';
  import { handle } from 'hono/aws-lambda';
  import { setCookie } from 'hono/cookie';
  ${hono}
  export const handler = handle(app);`,
  'hono-stream-handle': `import { Hono } from 'hono';
  import { streamHandle } from 'hono/aws-lambda';
  import { setCookie } from 'hono/cookie';
  import { streamText } from 'hono/streaming';
  ${hono}
  app.get('/endless', (c) =>
    streamText(c, async (stream) => {
      await stream.write('first');
      // Until nobody listens any more, or time is out.
      while (!stream.aborted) await stream.sleep(20);
    }),
  );
  export const handler = streamHandle(app);`,
  'express-serverless-http': `import express from 'express';
  import serverless from 'serverless-http';
  ${express}
  export const handler = serverless(app, { binary: ['image/*'] });`,
  'express-codegenie': `import serverlessExpress from '@codegenie/serverless-express';
  import express from 'express';
  ${express}
  const serve = serverlessExpress({ app, binarySettings: { contentTypes: ['image/*'] } });
  export const handler = (event, context) => serve(event, context);`,
  fastify: `import awsLambdaFastify from '@fastify/aws-lambda';
  import Fastify from 'fastify';
  const app = Fastify();
  app.get('/hello/:name', (request, reply) => {
    reply.header('set-cookie', ['a=1', 'b=2; HttpOnly']);
    return { ...request.params, ...request.query, agent: request.headers['x-agent'], cookie: request.headers.cookie };
  });
  app.post('/echo', (request, reply) => reply.code(201).send(request.body));
  app.get('/bytes', (_request, reply) => reply.type('image/png').send(Buffer.from([0, 255, 128])));
  app.get('/elsewhere', (_request, reply) => reply.redirect('/hello/you'));
  const serve = awsLambdaFastify(app);
  export const handler = (event, context) => serve(event, context);`,
};
