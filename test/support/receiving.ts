import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { Queue } from '../../lib/aws/queue.ts';
import type { Config } from '../../lib/config/config.ts';
import { createLog } from '../../lib/log.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { acceptEvent } from '../../lib/webhook/accept-event.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';
import {
  answerHttp,
  type HttpAnswer,
  type HttpEvent,
  type WebhookEvent,
} from '../../lib/webhook/http-event.ts';
import { answerProblems } from '../../lib/webhook/problem.ts';
import { verifyDelivery } from '../../lib/webhook/verify-delivery.ts';
import { AWS_ACCESS, setVariables } from './environment.ts';
import { lambdaContext } from './lambda-context.ts';
import { respond, startLoopbackServer } from './loopback-server.ts';
import { topicSenders } from './topics.ts';

/** The middleware of `receive` with a clock of its own, and with everything that it calls on loopback. */
export interface Receiving {
  /** Sends an event, and returns the answer and the effects: queued messages, and confirmed subscriptions. */
  receive(event: HttpEvent): Promise<{ readonly status: number; readonly effects: readonly unknown[] }>;
  close(): Promise<void>;
}

/** @param read gives the stored secret of a reference. */
export async function startReceiving(
  config: Config,
  read: (reference: string) => string,
  now: () => number,
): Promise<Receiving> {
  const server = await startLoopbackServer((response) => respond(response, 200, {}));
  const restore = setVariables({ ...AWS_ACCESS, AWS_ENDPOINT_URL_SQS: server.url });
  const keyed = new Map(
    Object.entries(config.sources).map(([name, { type, ...rest }]) => {
      const source = confirmingAt(
        server.url,
        type === 'aws-sns' || type === 'huawei-smn' ? topicSenders[type].source : sources[type],
      );
      return [
        name,
        new ConfiguredSource(name, source, rest, (reference) => Promise.resolve(read(reference))),
      ];
    }),
  );
  const log = createLog({}, () => {});
  const queue = new Queue(`${server.url}/0/cleanup`);
  const handler = middy<WebhookEvent, HttpAnswer>()
    .use(answerProblems(log))
    .use(verifyDelivery(keyed, log, now))
    .use(jsonBodyParser())
    .handler(async ({ verified, body }) => {
      if (verified === undefined) throw new Error('the delivery has not been verified');
      const acceptance = await acceptEvent(verified, body, { config, queue, log, now });
      return answerHttp(verified.answersTo, acceptance.status === 'accepted' ? 202 : 200, {}, acceptance);
    });
  return {
    async receive(event) {
      const before = server.requests.length;
      const { statusCode } = await handler(event, lambdaContext());
      const effects = server.requests
        .slice(before)
        .flatMap(({ path, body }) => (body === '' ? [path] : messagesIn(body)));
      return { status: statusCode, effects };
    },
    async close() {
      restore();
      await server.close();
    },
  };
}

/** A source whose subscriptions are confirmed on loopback, with the true address in the path. */
function confirmingAt(url: string, source: Source): Source {
  const redirect = (sourceEvent: SourceEvent): SourceEvent =>
    sourceEvent.type === 'subscription'
      ? { ...sourceEvent, confirmUrl: `${url}/${encodeURIComponent(sourceEvent.confirmUrl)}` }
      : sourceEvent;
  return { ...source, interpret: (...delivered) => [source.interpret(...delivered)].flat().map(redirect) };
}

/** The cleanup requests in a call of SQS, without the label that nobody signs. */
function messagesIn(call: string): unknown[] {
  // What the queue was sent here has this form.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { MessageBody, Entries = [{ MessageBody }] } = JSON.parse(call) as {
    MessageBody?: string;
    Entries?: { MessageBody?: string }[];
  };
  return Entries.map(({ MessageBody: body = '' }) => {
    const { deliveryId: _, ...request }: Record<string, unknown> = JSON.parse(body);
    return request;
  });
}
