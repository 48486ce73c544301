// Inputs and answers that several peers have in common. esbuild puts what a peer uses into its bundle.

/** Input of UpdateItem: sets texts of an entry of the ledger. */
export function entryOf(pk, sk, values) {
  const names = Object.keys(values);
  return {
    TableName: process.env.LEDGER_TABLE,
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: `SET ${names.map((_, index) => `#${index} = :${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      names.map((name, index) => [`:${index}`, { S: values[name] }]),
    ),
  };
}

/** Input of PutEvents. */
export const eventsOf = (request, tasks) => ({
  Entries: tasks.map((task) => ({
    EventBusName: process.env.EVENT_BUS_NAME,
    Source: 'bench',
    DetailType: 'Sync Task Deleted',
    Detail: JSON.stringify({ request, task }),
  })),
});

/** Body of the request for a token. */
export const loginOf = ({ domain, user, password }) =>
  JSON.stringify({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { domain: { name: domain }, name: user, password } },
      },
      scope: { project: { name: process.env.HUAWEICLOUD_REGION } },
    },
  });

/** Cleanup request for GitHub's event. */
export const requestOf = (headers, { repository }) => ({
  version: 1,
  id: headers['x-github-delivery'],
  source: 'github',
  occurredAt: new Date().toISOString(),
  namespace: 'acme-images',
  repository: repository.name.toLowerCase(),
});

export const acceptedOf = (request) => ({
  statusCode: 202,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ status: 'accepted', id: request.id, requests: [request] }),
});
