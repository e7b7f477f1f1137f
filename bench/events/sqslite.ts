// An SQS-compatible server in JavaScript from npm, which keeps its queues in memory: nothing of it is on the disk.
import sqslite from 'sqslite';

const app = sqslite({ logger: false });
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${new URL(url).port}\n`);
