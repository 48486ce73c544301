import { signGitHubDeletion } from './sample-deletion.ts';

export interface NextCommandsOptions {
  readonly url: string;
  readonly source: string;
  readonly key: Buffer;
  /** Whether the operator's tool, and a sweep, find this stack. */
  readonly operable: boolean;
}

/** What to try on a running local stack: one line of `curl` for each way in, and what an operator would do. */
export function nextCommands({ url, source, key, operable }: NextCommandsOptions): string {
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
${operable ? operatorCommands(url) : ''}
Ctrl-C ends it.
`;
}

function operatorCommands(url: string): string {
  return `
# in another terminal: what was deleted, all of it again, and what there is now
npx swr-sync --stage local history acme-images/hello-world
npx swr-sync --stage local restore acme-images/hello-world
npx swr-sync --stage local tasks

# a sweep, which finds the tasks that no event names: what it would do, and then the deployed function
npx swr-sync --stage local sweep --dry-run
curl -i ${url}/2015-03-31/functions/sweep/invocations -d '{}'
`;
}
