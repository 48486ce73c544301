// The handler of both peers with the AWS SDK, with Middy, the ledger and the bus.
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import { entryOf, eventsOf } from './inputs.mjs';

const dynamoDb = new DynamoDBClient({});
const eventBridge = new EventBridgeClient({});

const write = (pk, sk, values) => dynamoDb.send(new UpdateItemCommand(entryOf(pk, sk, values)));

async function clean(request, { listTasks, deleteTask }) {
  const { id, namespace, repository, targets } = request;
  await write(id, 'request', { at: new Date().toISOString(), request: JSON.stringify(request) });
  const tasks = await listTasks(request);
  const deletions = (targets ?? tasks).map(async (task) => {
    const { remoteRegionId, remoteNamespace } = task;
    const key = `${remoteRegionId}/${remoteNamespace}`;
    await write(id, key, { outcome: 'intended', task: JSON.stringify(task) });
    await deleteTask(request, { remoteRegionId, remoteNamespace });
    await write(id, key, { outcome: 'deleted' });
  });
  await Promise.all(deletions);
  await write(id, 'request', { closedAt: new Date().toISOString() });
  await eventBridge.send(new PutEventsCommand(eventsOf(request, tasks)));
  console.log(JSON.stringify({ event: 'cleaned', namespace, repository, deleted: deletions.length }));
}

/** @param swr lists the tasks of a request, and deletes one. */
export const createHandler = (swr) =>
  middy().handler(async ({ Records }) => {
    const batchItemFailures = [];
    for (const { messageId, body } of Records) {
      try {
        await clean(JSON.parse(body), swr);
      } catch (error) {
        console.error(JSON.stringify({ event: 'failed', messageId, message: error.message }));
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });
