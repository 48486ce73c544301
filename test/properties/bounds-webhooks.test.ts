import { afterAll, beforeAll, expect, test } from '@jest/globals';
import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import * as fc from 'fast-check';
import { Queue } from '../../lib/aws/queue.ts';
import { sources } from '../../lib/sources/index.ts';
import { acceptEvent } from '../../lib/webhook/accept-event.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';
import { answerHttp, type HttpAnswer, type WebhookEvent } from '../../lib/webhook/http-event.ts';
import { answerProblems } from '../../lib/webhook/problem.ts';
import { verifyDelivery } from '../../lib/webhook/verify-delivery.ts';
import { SECRETS_BY_TYPE, SENDABLE, signDelivery } from '../security/signed-delivery.ts';
import { configOf } from '../support/config.ts';
import { AWS_ACCESS, useVariables } from '../support/environment.ts';
import { httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { largeValue, largeValues, replacePart } from '../support/large-bodies.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { holdsSlowly } from '../support/properties.ts';
import { type RecordedLog, recordLog } from '../support/recorded-log.ts';
import { publish, topicSenders } from '../support/topics.ts';

const MAX_BYTES = 64 * 1024;
/** Ten messages each, for the hundred requests that a delivery may make, and each may be tried three times. */
const MAX_CALLS = 30;

const checked = new Set<string>(['bitbucket', 'harbor', 'acr', 'distribution']);
const topics = ['aws-sns', 'huawei-smn'] as const;

const TRACE = JSON.stringify({
  cts: {
    service_type: 'SWR',
    trace_name: 'deleteImageRepository',
    trace_id: 't1',
    code: '204',
    time: 1_795_489_200_000,
    message: 'DELETE /v2/manage/namespaces/acme/repos/api',
    request: { namespace: 'acme', more: { repository: 'api' } },
  },
});

let sqs: LoopbackServer;
let recorded: RecordedLog;
let receive: (
  source: string,
  delivery: { headers: Record<string, string | undefined>; body: string },
) => Promise<HttpAnswer>;

useVariables(() => AWS_ACCESS);
beforeAll(async () => {
  sqs = await startLoopbackServer((response) => respond(response, 200, {}));
  recorded = recordLog();
  const { log } = recorded;
  const api = { url: 'https://registry.example.com', credentials: 'env:API' };
  const config = configOf({
    sources: Object.fromEntries(
      SENDABLE.map((type) => [type, { type, secret: `env:${type}`, ...(checked.has(type) && { api }) }]),
    ),
    routes: SENDABLE.filter((type) => sources[type].routed).map((type) => ({
      from: `${type}:{path+}`,
      to: `${type}/{path}`,
    })),
  });
  const keyed = [
    ...SENDABLE.map(
      (type) =>
        new ConfiguredSource(type, sources[type], { secret: type }, () =>
          Promise.resolve(SECRETS_BY_TYPE[type]),
        ),
    ),
    ...topics.map((type) => {
      const { source, topic } = topicSenders[type];
      return new ConfiguredSource(type, source, { topics: [topic] }, () => Promise.resolve(''));
    }),
  ];
  const queue = new Queue(`${sqs.url}/0/cleanup`);
  const handler = middy<WebhookEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
    .use(answerProblems(log))
    .use(verifyDelivery(new Map(keyed.map((each) => [each.name, each])), log))
    .use(jsonBodyParser())
    .handler(async ({ verified, body }) => {
      if (verified === undefined) throw new Error('the delivery has not been verified');
      const acceptance = await acceptEvent(verified, body, { config, queue, log });
      return answerHttp(verified.answersTo, 200, {}, acceptance);
    });
  receive = (source, { headers, body }) => handler(httpEvent({ source, headers, body }), lambdaContext());
});
afterAll(() => sqs.close());

/** Result of a delivery, and everything about it that exceeds a limit. */
async function deliver(source: string, delivery: Parameters<typeof receive>[1]) {
  recorded.clear();
  const before = sqs.requests.length;
  const { statusCode: status, body } = await receive(source, delivery);
  const calls = sqs.requests.slice(before);
  const { errors = [] } = Object(JSON.parse(body));
  const excess = {
    'an answer of 5xx': status >= 500,
    'a long answer': Buffer.byteLength(body) > MAX_BYTES,
    'many issues': errors.length > 20,
    'a long line': recorded.lines.some((line) => Buffer.byteLength(line) > MAX_BYTES),
    'many calls': calls.length > (status < 300 ? MAX_CALLS : 0),
  };
  const exceeded = Object.entries(excess).flatMap(([what, is]) => (is ? [what] : []));
  return { status, body, calls, exceeded };
}

test('whatever a secret signs, the answer, the lines of the log and the calls are bounded', async () => {
  const type = fc.constantFrom(...SENDABLE);
  await holdsSlowly([type, largeValue, fc.nat({ max: 60 })], async (source, { text }, part) => {
    const body = (right: string) => replacePart(right, part, text);
    const delivery = signDelivery(source, SECRETS_BY_TYPE[source], { body });
    expect((await deliver(source, delivery)).exceeded).toEqual([]);
  });
});

test('whatever a topic publishes, the answer, the lines of the log and the calls are bounded', async () => {
  const type = fc.constantFrom(...topics);
  const place = fc.constantFrom('message', 'cts', 'trace', 'part');
  await holdsSlowly([type, largeValue, place, fc.nat({ max: 12 })], async (source, { text }, where, part) => {
    const published = {
      cts: `{"cts":${text}}`,
      trace: replacePart(TRACE, part, text),
      message: text,
      part: text,
    }[where];
    const { headers, body } = publish(source, published);
    const delivery = { headers, body: where === 'part' ? replacePart(body, part, text) : body };
    expect((await deliver(source, delivery)).exceeded).toEqual([]);
  });
});

test.each(Object.keys(largeValues))('in any place of a trace, its answer is bounded: %s', async (kind) => {
  const exceeded: unknown[] = [];
  for (const size of [30_000, 200_000]) {
    for (let part = 0; part < 12; part += 1) {
      const trace = replacePart(TRACE, part, largeValues[kind]?.(size) ?? '');
      const measured = await deliver('huawei-smn', publish('huawei-smn', trace));
      exceeded.push(...measured.exceeded.map((what) => ({ what, size, part })));
    }
  }
  expect(exceeded).toEqual([]);
});

test.each([
  { count: 1, status: 200, queued: 1, says: '"requests":' },
  { count: 99, status: 200, queued: 99, says: '"requests":' },
  { count: 100, status: 200, queued: 100, says: '"requests":' },
  { count: 101, status: 422, queued: 0, says: '101 events' },
  { count: 1000, status: 422, queued: 0, says: '1000 events' },
])('of $count events in one delivery, $queued are queued', async ({ count, status, queued, says }) => {
  const events = Array.from({ length: count }, (_, index) => ({
    specversion: '1.0',
    id: `e${index}`,
    type: 'repository.deleted',
    source: '/forge',
    data: { namespace: 'acme', repository: `r${index}` },
  }));
  const body = () => JSON.stringify(events);
  const delivery = signDelivery('cloudevents', SECRETS_BY_TYPE.cloudevents, { body });
  const answer = await deliver('cloudevents', delivery);
  expect(answer).toMatchObject({ status, exceeded: [], body: expect.stringContaining(says) });
  const messages = answer.calls.flatMap(({ body: sent }) => {
    const { Entries, MessageBody } = Object(JSON.parse(sent));
    return Entries?.map((entry: { MessageBody: string }) => entry.MessageBody) ?? [MessageBody];
  });
  expect(messages.map((message) => JSON.parse(message).siblings)).toEqual(
    Array.from({ length: queued }, () => count - 1),
  );
});
