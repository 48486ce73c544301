// The ledger and the bus over the AWS SDK, for the peers that use it.
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const dynamoDb = new DynamoDBClient({});
const eventBridge = new EventBridgeClient({});

/** Sets texts of an entry of the ledger. */
export async function write(pk, sk, values) {
  const names = Object.keys(values);
  await dynamoDb.send(
    new UpdateItemCommand({
      TableName: process.env.LEDGER_TABLE,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: `SET ${names.map((_, index) => `#${index} = :${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        names.map((name, index) => [`:${index}`, { S: values[name] }]),
      ),
    }),
  );
}

/** Has a task deleted that is on the record before, and afterwards says so. */
export async function recordDeletion(id, task, deleteTask) {
  const { remoteRegionId, remoteNamespace } = task;
  const key = `${remoteRegionId}/${remoteNamespace}`;
  await write(id, key, { outcome: 'intended', task: JSON.stringify(task) });
  await deleteTask({ remoteRegionId, remoteNamespace });
  await write(id, key, { outcome: 'deleted' });
}

export async function publish(request, tasks) {
  await eventBridge.send(
    new PutEventsCommand({
      Entries: tasks.map((task) => ({
        EventBusName: process.env.EVENT_BUS_NAME,
        Source: 'bench',
        DetailType: 'Sync Task Deleted',
        Detail: JSON.stringify({ request, task }),
      })),
    }),
  );
}
