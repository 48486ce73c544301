import * as v from 'valibot';
import { nameOf } from '../lib/huaweicloud/names.ts';
import { parseJson } from '../lib/json.ts';
import type { PublishedEvent } from '../local/bus.ts';

const lineSchema = v.looseObject({ function: v.optional(v.string(), ''), event: v.string() });

/** The parts of an event's detail that are printed. */
const detailSchema = v.object({
  request: v.fallback(v.optional(v.object({ namespace: v.string() })), undefined),
  repository: v.fallback(v.optional(v.string()), undefined),
  target: v.fallback(
    v.optional(v.object({ remoteRegionId: v.string(), remoteNamespace: v.string() })),
    undefined,
  ),
});

export type LogLine = v.InferOutput<typeof lineSchema>;

/** Reads a line that a function has printed; undefined if it is no log line. */
export function parseLine(line: string): LogLine | undefined {
  const parsed = v.safeParse(lineSchema, parseJson(line));
  return parsed.success ? parsed.output : undefined;
}

/** True for a line with metrics for CloudWatch. */
export function isMetric(line: string): boolean {
  return line.startsWith('{"_aws":');
}

/** Describes a log line for people. */
export function describeLine(line: LogLine): string {
  const { function: name, event } = line;
  const text = (key: string) => {
    const value = line[key];
    if (Array.isArray(value)) return value.join(', ');
    return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  };
  const repository = `${text('namespace')}/${text('repository')}`;
  const texts: Record<string, string> = {
    received: `${text('bytes')} bytes from ${text('source')}`,
    verified: `the signature is that of ${text('source')}`,
    routed: `to ${repository} in SWR`,
    queued: `as request ${text('id')}`,
    ignored: text('reason'),
    rejected: `${text('source')}: ${text('reason')}`,
    token: `from IAM, for account ${text('account')}, valid for ${text('validSeconds')} s`,
    listed: `${repository} has ${text('tasks')} tasks`,
    deleted: `${repository} to ${text('target')}`,
    absent: `${repository} to ${text('target')} was gone already`,
    kept: `${repository} ${line['target'] === undefined ? '' : `to ${text('target')} `}(${text('reason')})`,
    failed: `${repository}: ${text('message')}`,
    'dead-lettered': text('reason'),
    'not closed': `what became of the request is not in the ledger: ${text('message')}`,
    'not published': `${text('count')} events: ${text('message')}`,
    'not settled': `the message is retried: ${text('message')}`,
    retried: `the request is retried (${text('code')})`,
    continued: 'the rest of the organization goes on in another message',
    'not begun': 'no time left: the message is retried',
    'login rejected': text('message'),
    'sweep started': `${text('organizations')} organizations are looked at`,
    scanned: `${text('namespace')}: ${text('repositories')} repositories, ${text('tasks')} tasks, ${text('found')} of them to go`,
    unread: `${repository}: ${text('message')}`,
    found: `${repository} to ${text('target')} (${text('reasons')})`,
    'sweep rejected': text('message'),
    'sweep finished': `${text('state')}: ${text('found')} of ${text('tasks')} tasks are to go`,
    'sweep applied': 'their cleanup is asked for',
    'step failed': `the step is retried: ${text('message')}`,
    cleaned: `${text('deleted')} deleted, ${text('absent')} absent, ${text('kept')} kept, ${text('failed')} failed`,
  };
  const took = line['ms'] === undefined ? '' : ` (${text('ms')} ms)`;
  return `${name.padEnd(8)} ${event.padEnd(9)} ${texts[event] ?? JSON.stringify(line)}${took}`;
}

/** Describes an event on the bus. */
export function describeEvent({ source, 'detail-type': type, detail, queued }: PublishedEvent): string {
  const { request, repository, target } = v.parse(detailSchema, detail);
  const where = request === undefined ? '' : `, ${request.namespace}/${repository ?? ''}`;
  const what = `${type}${where}${target === undefined ? '' : ` to ${nameOf(target)}`}`;
  return `${'bus'.padEnd(8)} ${(queued ? 'queued' : 'published').padEnd(9)} ${queued ? `${type} from ${source}` : what}`;
}
