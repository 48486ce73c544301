/** `npm run send`: one correctly signed sample of a source, to see whether a stage takes it. See docs/sources.md. */
import { randomUUID } from 'node:crypto';
import { runCommand, UsageError } from '../command-line/options.ts';
import type { Config } from '../lib/config/config.ts';
import { httpRequest } from '../lib/http/http-request.ts';
import { formatIssues } from '../lib/issues.ts';
import { sources } from '../lib/sources/index.ts';
import { DEFAULT_STAGE, readChosenConfig } from './send/chosen-config.ts';
import { explainAnswer } from './send/explain-answer.ts';
import { inventRepository } from './send/invent-repository.ts';
import { readKey } from './send/read-key.ts';
import { readSendOptions, type SendOptions } from './send/send-options.ts';
import type { Content, SendableType } from './send/sender.ts';
import { eventOfDeletion, sendableType, senders } from './send/senders.ts';
import { showAnswer } from './send/show-answer.ts';
import { showRequest } from './send/show-request.ts';
import { webhookAddress } from './send/webhook-address.ts';

/** Beyond the patience of every sender, so that a slow answer is seen and its time told. */
const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 1024 * 1024;
const LOOPBACK = /^(?:localhost|127\..*|\[::1\])$/;

/** @returns the exit status: 0 if the service took it. */
export async function send(args: readonly string[], print: (line: string) => void): Promise<number> {
  const options = readSendOptions(args);
  const { source, event } = options;
  const { config, file } = await readChosenConfig(options);
  const type = sendableType(config, source);
  const url = webhookAddress(options.url ?? process.env['WEBHOOK_URL'], source);
  const repository = chooseRepository(options, config, type);
  const sender = senders[type];
  const content = sender.write({ event, repository, id: randomUUID(), at: new Date() });
  if (options.dryRun) {
    print(showRequest(url, content, sender.proof.shown));
    return 0;
  }

  const { reference, key } = await readKey(config, source, options.secret);
  print(`${describe(options, type, repository)}, proved with ${reference} (${file}), to ${url.href}`);
  const startedAt = performance.now();
  const proof = sender.proof.prove(content, key);
  const { status, body } = await post(url, { ...content.headers, ...proof }, content);
  const ms = Math.round(performance.now() - startedAt);
  print(`\n${status} after ${ms} ms\n${showAnswer(body, proof)}\n`);
  const { ok, text } = explainAnswer(status, body, {
    source,
    event,
    reference,
    stage: config.stage,
    local: LOOPBACK.test(url.hostname),
    ...(sources[type].routed && { routeCommand: routeCommand(options, repository) }),
  });
  print(text);
  const { givesUpAfterMs = Number.POSITIVE_INFINITY } = sender;
  if (ms > givesUpAfterMs)
    print(`${type} would have given up after ${givesUpAfterMs} ms. Was it the first call for a while?`);
  return ok ? 0 : 1;
}

function chooseRepository({ source, event, repository }: SendOptions, config: Config, type: SendableType) {
  const chosen = repository ?? inventRepository(config, source);
  if (event === 'ping') return chosen ?? 'swr-sync-cleanup/hello';
  if (chosen === undefined) {
    throw new UsageError(
      `The routes of ${source} lead every name to a repository that may exist: choose --repository NAME, or --event ping`,
    );
  }
  const faults = eventOfDeletion(type, chosen).flatMap((each) =>
    each.type === 'unreadable' ? each.issues : [],
  );
  if (faults.length > 0)
    throw new UsageError(`${source} can not tell of a repository ${chosen}: ${formatIssues(faults)}`);
  return chosen;
}

function describe({ event, source, repository: named }: SendOptions, type: SendableType, repository: string) {
  if (event === 'ping') return `Sending an event of ${source} (${type}) that deletes nothing`;
  const whose = named === undefined ? 'which nobody has, so nothing is deleted' : 'as if it were gone';
  return `Sending the deletion of ${source}:${repository} (${type}), ${whose}`;
}

function routeCommand({ source, stage = DEFAULT_STAGE, config }: SendOptions, repository: string): string {
  const choice = config === undefined ? `--stage ${stage}` : `--config ${config}`;
  return `npm run route -- ${source}:${repository} ${choice}`;
}

function post(url: URL, headers: Record<string, string>, { body }: Content) {
  return httpRequest({
    method: 'POST',
    url,
    headers,
    body,
    timeoutMs: TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
  });
}

if (import.meta.main) {
  await runCommand(async () => {
    process.exitCode = await send(process.argv.slice(2), (line) => console.log(line));
  });
}
