import { UsageError } from '../../command-line/options.ts';
import { validateEndpoint } from '../../lib/endpoint.ts';
import type { Content } from './signatures.ts';

/**
 * The address of a source: the address of the stage's webhooks, and the name.
 *
 * @param address of the webhooks, of this source, or only of the host.
 * @throws {UsageError} if it is missing, or a secret must not be sent to it. An address in the message could have a password.
 */
export function webhookAddress(address: string | undefined, source: string): URL {
  if (!address)
    throw new UsageError(
      '--url URL and the variable WEBHOOK_URL are missing: give the output WebhookUrl of the deployment, or the address ' +
        'that npm start prints.',
    );
  const url = /^https?:/i.test(address) ? URL.parse(address) : null;
  const problem = url === null ? 'not a URL' : validateEndpoint(url.href);
  if (url === null || problem !== undefined)
    throw new UsageError(`Invalid webhook address: expected https, or http on loopback, found ${problem}`);
  const segments = url.pathname.split('/').filter((each) => each !== '');
  const isComplete = segments.at(-1) === source && (source !== 'webhooks' || segments.at(-2) === 'webhooks');
  if (!isComplete) url.pathname = [...(segments.length > 0 ? segments : ['webhooks']), source].join('/');
  return url;
}

/** A request as a `curl` command for a POSIX shell. */
export function formatCurl(url: URL, { headers, body }: Content, ...more: readonly string[]): string {
  const lines = [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...more];
  return [
    `curl -i ${quote(url.href)}`,
    ...lines.map((line) => `  -H ${quote(line)}`),
    `  --data-raw ${quote(body)}`,
  ].join(' \\\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
