import { Option } from 'commander';
import { UsageError } from '../../command-line/options.ts';
import type { Config } from '../../lib/config/config.ts';
import { ServiceError } from '../../lib/failure.ts';
import { httpRequest } from '../../lib/http/http-request.ts';
import { formatIssues } from '../../lib/issues.ts';
import { parseJson } from '../../lib/json.ts';
import { isSecretReference } from '../../lib/secret-reference.ts';
import { sources } from '../../lib/sources/index.ts';
import { configuredSources } from '../../lib/webhook/configured-source.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { explainAnswer } from '../send/explain-answer.ts';
import type { SendableType } from '../send/sample-bodies.ts';
import { inventRepository, readSample, requireSendable } from '../send/sample-repository.ts';
import { SAMPLE_EVENTS, type SampleEvent, senders, writeSample } from '../send/senders.ts';
import { formatCurl, webhookAddress } from '../send/webhook-request.ts';
import { openStage, type Stage } from '../stage.ts';
import { shorten } from '../table.ts';

/** Beyond the time limit of every sender, so that the time of a slow answer can be shown. */
const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_SHOWN_LENGTH = 4000;
const LOOPBACK = /^(?:localhost|127\..*|\[::1\])$/;

interface SendOptions extends GlobalOptions {
  readonly url?: string;
  readonly repository?: string;
  readonly event: SampleEvent;
  readonly secret?: string;
  readonly dryRun?: boolean;
}

/** Adds `swr-sync send`. */
export const addSend = defineCommand<SendOptions>({
  usage: 'send <SOURCE>',
  summary: 'send a signed sample delivery to a stage',
  description:
    'Sends what the sender of a source would send, and explains the answer. Without --repository, the deletion of a repository that does not exist.',
  addOptions: (command) =>
    command
      .addOption(
        new Option('--url <url>', 'the output WebhookUrl of the deployment, or what npm start prints').env(
          'WEBHOOK_URL',
        ),
      )
      .option('--repository <name>', 'full name at the source; the stage deletes its tasks')
      .addOption(
        new Option('--event <event>', 'a ping deletes nothing').choices(SAMPLE_EVENTS).default('deletion'),
      )
      .option(
        '--secret <reference>',
        'secretsmanager:NAME, ssm:NAME or env:NAME in place of the configured one',
      )
      .option('--dry-run', 'show the request as a curl command without its signature, and send nothing'),
  examples: [
    'send github --stage prod --url https://example.com/webhooks --event ping',
    'send github --stage prod --url https://example.com/webhooks',
  ],
  work: send,
});

async function send([source = '']: readonly string[], options: SendOptions, run: Run): Promise<boolean> {
  const { event, dryRun = false, secret } = options;
  if (secret !== undefined && !isSecretReference(secret))
    throw new UsageError(
      '--secret takes a reference: secretsmanager:NAME, ssm:NAME or env:NAME of a variable. Never write the secret ' +
        'itself there: the shell keeps it in its history. If that was one, replace it.',
    );
  const stage = await openStage(options, run, { offline: dryRun });
  const type = requireSendable(stage.config, source);
  const url = webhookAddress(options.url, source);
  const repository = chooseRepository(source, options, stage.config, type);
  const content = writeSample(type, { event, repository });
  const { sign, masked, timeoutMs = Number.POSITIVE_INFINITY } = senders[type];
  const sample = { stage: stage.name, source, type, event, repository, url: url.href };
  if (dryRun) {
    run.result({ ...sample, dryRun, ...content }, () => formatCurl(url, content, masked));
    return true;
  }

  const { reference, key } = await readKey(source, stage, secret);
  const effect =
    event === 'deletion' && options.repository !== undefined ? 'its tasks are deleted' : 'deletes nothing';
  run.say(
    `Sending a ${event} of ${source}:${repository} (${type}; ${effect}) to ${url.href}, signed with ${reference}`,
  );
  const signature = sign(content, key);
  const startedAt = performance.now();
  const headers = { ...content.headers, ...signature };
  const limits = { timeoutMs: TIMEOUT_MS, maxBodyBytes: MAX_BODY_BYTES };
  const { status, body } = await httpRequest({ method: 'POST', url, ...content, headers, ...limits });
  const ms = Math.round(performance.now() - startedAt);
  const answer = parseJson(mask(body, signature));
  const file = options.config === undefined ? '' : ` --config ${options.config}`;
  const { ok, text } = explainAnswer(status, answer, {
    ...sample,
    reference,
    local: LOOPBACK.test(url.hostname),
    ...(sources[type].routed && {
      routeCommand: `swr-sync route ${source}:${repository} --stage ${stage.name}${file}`,
    }),
  });
  run.result({ ...sample, reference, status, ms, answer, ok, explanation: text }, () =>
    [`${status} after ${ms} ms`, formatAnswer(answer), '', text].join('\n'),
  );
  if (ms > timeoutMs)
    run.say(`${type} stops waiting after ${timeoutMs} ms. Was this the first invocation for a while?`);
  return ok;
}

function chooseRepository(
  source: string,
  { event, repository }: SendOptions,
  config: Config,
  type: SendableType,
): string {
  const chosen = repository ?? inventRepository(config, source);
  if (event === 'ping') return chosen ?? 'swr-sync-cleanup/hello';
  if (chosen === undefined)
    throw new UsageError(
      `The routes of ${source} lead every name to a repository that may exist: choose --repository NAME, or --event ping`,
    );
  const issues = readSample(type, chosen).flatMap((each) => (each.type === 'unreadable' ? each.issues : []));
  if (issues.length === 0) return chosen;
  throw new UsageError(`${source} can not have a repository ${chosen}: ${formatIssues(issues)}`);
}

/**
 * The key that signs samples of a source: the first of several, which is the newest.
 *
 * @param chosen a reference in place of the configured one.
 * @throws {Error} if the secret can't be read or is unusable, with a message that doesn't show it.
 */
async function readKey(
  name: string,
  { config, readSecret }: Stage,
  chosen: string | undefined,
): Promise<{ readonly reference: string; readonly key: Buffer }> {
  const configured = config.sources[name];
  const reference = chosen ?? configured?.secret;
  if (configured === undefined || reference === undefined) throw new UsageError(`${name} has no secret`);
  const only = { ...config, sources: { [name]: { ...configured, secret: reference } } };
  try {
    const [key] = (await configuredSources(only, readSecret).get(name)?.secret?.get()) ?? [];
    if (key !== undefined) return { reference, key };
  } catch (error) {
    if (!(error instanceof ServiceError) || reference.startsWith('env:')) throw error;
    const hint = 'Check --region and the AWS credentials: the secret is that of the stage.';
    throw new Error(`${error.message}\n${hint}`, { cause: error });
  }
  throw new UsageError(`${reference} holds no secret`);
}

/** Hides the values of a signature where an answer repeats them. */
function mask(body: string, signature: Readonly<Record<string, string>>): string {
  const hidden = Object.values(signature).flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  return hidden.reduce((text, value) => text.replaceAll(value, '…'), body);
}

function formatAnswer(answer: unknown): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
  return shorten(text, MAX_SHOWN_LENGTH);
}
