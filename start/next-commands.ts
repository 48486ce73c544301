import { signSample } from '../cli/send/senders.ts';
import { formatCurl } from '../cli/send/webhook-request.ts';
import type { AwsOptions } from '../command-line/aws-access.ts';

/** Commands to try on a running local stack: one line of `curl` for each event source, and what an operator would do. */
export function nextCommands(url: string, source: string, key: Buffer): string {
  const webhook = signSample('github', { repository: 'acme/web' }, key);
  const detail = JSON.stringify({ namespace: 'acme-images', repository: 'payments/api' });
  const entries = { Entries: [{ Source: 'shop', DetailType: 'Repository Deleted', Detail: detail }] };
  return `
Running at ${url}. Try:

# a signed webhook, as GitHub sends it when acme/web is deleted
${formatCurl(new URL(`${url}/webhooks/${source}`), webhook)}

# an event on the bus
curl -i ${url}/ -H 'X-Amz-Target: AWSEvents.PutEvents' -H 'Content-Type: application/x-amz-json-1.1' \\
  -d '${JSON.stringify(entries)}'

# a direct invocation, which answers with the outcomes
curl -i ${url}/2015-03-31/functions/clean/invocations -H 'Content-Type: application/json' \\
  -d '${JSON.stringify({ namespace: 'acme-images', repository: 'payments/worker' })}'

# in another terminal, in this clone: what was deleted, all of it again, and what there is now
npx swr-sync --stage local history acme-images/hello-world
npx swr-sync --stage local restore acme-images/hello-world
npx swr-sync --stage local tasks

# in this clone: a sweep, which finds the tasks that no event names; first as a dry run, then the function
npx swr-sync --stage local sweep --dry-run
curl -i ${url}/2015-03-31/functions/sweep/invocations -H 'Content-Type: application/json' -d '{}'

Ctrl-C ends it.
`;
}

export const DRY_RUN =
  "Dry run: nothing is deleted; `swr-sync clean` deletes for real, with the stage's ledger.";

/** Commands to try on a local stack with real accounts: none of them deletes a task. */
export function dryRunCommands(url: string, source: string, configFile: string, options: AwsOptions): string {
  const { region, profile } = options;
  const aws = `${region ? ` --region ${region}` : ''}${profile ? ` --profile ${profile}` : ''}`;
  return `
Running at ${url}. ${DRY_RUN} Try:

# a signed webhook that announces no deletion
npx swr-sync send ${source} --event ping --url ${url} --stage dry-run --config ${configFile}${aws}

# where a repository would be routed to
npx swr-sync route ${source}:NAME --stage dry-run --config ${configFile}

Ctrl-C ends it.
`;
}
