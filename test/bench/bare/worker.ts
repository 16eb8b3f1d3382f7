import { NativeConnection, Runtime, Worker } from '@temporalio/worker';

// The yardstick's worker, in a process of its own as ours is: node worker.js ADDRESS NAMESPACE QUEUE BUNDLE
const [address = '', namespace = '', taskQueue = '', codePath = ''] = process.argv.slice(2);
Runtime.install({ shutdownSignals: ['SIGTERM'] });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  workflowBundle: { codePath },
  activities: { note: () => Promise.resolve(Date.now()) },
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
await connection.close();
