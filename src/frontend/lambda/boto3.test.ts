import { test } from 'node:test';
import { callBoto3Kinds } from '../../../test/stock-tools/boto3-kinds.ts';
import { stockTools } from '../../../test/stock-tools/stock-tools.ts';
import { startTestFrontend } from '../testing/test-frontend.ts';

// That of Debian 13 does the same at a real service: test/lambda/lambda-model.test.ts.
const tools = await stockTools('bookworm');

test(
  'boto3 of Debian 12 reads answers, pages, bodies and errors of each kind as its own',
  { skip: tools.skip },
  async () => {
    await using service = await startTestFrontend();
    await callBoto3Kinds(tools, service);
  },
);
