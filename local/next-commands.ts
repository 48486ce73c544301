import { signGitHubDeletion } from './sample-deletion.ts';

/** What to try on a running local stack: one line of `curl` for each way in. */
export function nextCommands(url: string, source: string, key: Buffer): string {
  const { body, headers } = signGitHubDeletion('acme/web', key);
  const detail = JSON.stringify({ namespace: 'acme-images', repository: 'payments/api' });
  const entries = { Entries: [{ Source: 'shop', DetailType: 'Repository Deleted', Detail: detail }] };
  return `
Running at ${url}. Try:

# a signed webhook, as GitHub sends it when acme/web is deleted
curl -i ${url}/webhooks/${source} \\
${Object.entries(headers)
  .map(([name, value]) => `  -H '${name}: ${value}' \\`)
  .join('\n')}
  -d '${body}'

# an event on the bus
curl -i ${url}/ -H 'X-Amz-Target: AWSEvents.PutEvents' -H 'Content-Type: application/x-amz-json-1.1' \\
  -d '${JSON.stringify(entries)}'

# a direct invocation, which answers with the outcomes
curl -i ${url}/2015-03-31/functions/clean/invocations \\
  -d '${JSON.stringify({ namespace: 'acme-images', repository: 'payments/worker' })}'

Ctrl-C ends it.
`;
}
