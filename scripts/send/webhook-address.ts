import { UsageError } from '../../command-line/options.ts';
import { validateEndpoint } from '../../lib/endpoint.ts';

/**
 * The address of a source: that of the stage's webhooks and its name.
 *
 * @param address of the webhooks, of this source, or only of the host.
 * @throws {UsageError} if it is missing, or none that a proof may be sent to.
 */
export function webhookAddress(address: string | undefined, source: string): URL {
  if (address === undefined || address === '') {
    throw new UsageError(
      '--url URL is missing, and so is the variable WEBHOOK_URL. It is the output WebhookUrl of the deployment, or ' +
        'the address that npm start prints.',
    );
  }
  const url = /^https?:/i.test(address) ? URL.parse(address) : null;
  const fault = url === null ? 'not a URL' : validateEndpoint(url.href);
  // It isn't repeated: there may be a password in it.
  if (url === null || fault !== undefined) {
    throw new UsageError(`The address of the webhooks has to be https, or http on loopback; found ${fault}`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const own = `/webhooks/${source}`;
  const isComplete = path.endsWith(own) || (source !== 'webhooks' && path.endsWith(`/${source}`));
  if (!isComplete) url.pathname = path === '' ? own : `${path}/${source}`;
  return url;
}
