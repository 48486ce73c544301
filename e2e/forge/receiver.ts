import { mkdtemp, rm } from 'node:fs/promises';
import http, { createServer } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';
import { listen } from '../../local/loopback/listen.ts';
import { serveAws } from '../../local/loopback/serve-aws.ts';
import { build } from '../../scripts/build.ts';
import { type ForgeSender, signingPairs } from './senders.ts';

/** Result of one delivery. */
export interface ForgeResult {
  readonly status: number;
  readonly answer: string;
  /** The messages that were put into the queue. */
  readonly queued: readonly string[];
  /** The length of the longest line that was logged. */
  readonly longestLine: number;
  /** The hosts that were called beside AWS. */
  readonly called: readonly string[];
}

const answerSchema = v.object({ statusCode: v.number(), body: v.string() });
const secretIdSchema = v.object({ SecretId: v.string() });
const messageSchema = v.object({ MessageBody: v.string() });
const batchSchema = v.object({ Entries: v.array(messageSchema) });
export const CONFIG_FILE = join(import.meta.dirname, 'config.yml');
const HOST_HEADER = 'x-called-host';
/** Hosts of SNS and SMN. Their files are the genuine certificate, everybody else's a stranger's. */
const TOPIC_HOST = /^(?:sns\.[a-z0-9-]+\.amazonaws\.com|smn\.[a-z0-9-]+\.myhuaweicloud\.com)$/;

/** Builds `receive` for every type of source, and loads the bundle into this process. */
export async function loadReceiver(senders: readonly ForgeSender[]) {
  const secrets = new Map(senders.map(({ source, secret }) => [`forge/${source}`, secret]));
  const folder = await mkdtemp(join(tmpdir(), 'forge-'));
  await build({ stage: 'forge', configFile: CONFIG_FILE, outDir: folder });
  let queued: string[] = [];
  let called: string[] = [];
  let longestLine = 0;
  let reads = 0;

  const put = (messages: readonly v.InferOutput<typeof messageSchema>[]) => {
    queued.push(...messages.map(({ MessageBody }) => MessageBody));
    return {};
  };
  const aws = await serveAws({
    GetSecretValue(input) {
      reads += 1;
      return { SecretString: secrets.get(v.parse(secretIdSchema, input).SecretId) };
    },
    SendMessage: (input) => put([v.parse(messageSchema, input)]),
    SendMessageBatch: (input) => put(v.parse(batchSchema, input).Entries),
  });
  const others = await listen(
    createServer((request, response) => {
      const { url = '', headers } = request;
      const host = String(headers[HOST_HEADER]);
      called.push(host);
      const answer = (status: number, body: string) => response.writeHead(status).end(body);
      if (!TOPIC_HOST.test(host)) answer(200, signingPairs.foreign.certificate);
      else if (url.endsWith('.pem')) answer(200, signingPairs.own.certificate);
      else answer(/confirm/i.test(url) ? 200 : 404, '{}');
    }),
  );

  // Certificates come by https from hosts that aren't here, and nothing but Node.js itself stands before them.
  const { request: genuineRequest } = https;
  const agent = new http.Agent({ keepAlive: true });
  Object.assign(https, {
    request: ({ host, pathname, search }: URL, options: http.RequestOptions) =>
      http.request(new URL(`${pathname}${search}`, others.url), {
        ...options,
        agent,
        headers: { [HOST_HEADER]: host },
      }),
  });
  const genuineWrite = process.stdout.write.bind(process.stdout);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'forge',
    AWS_SECRET_ACCESS_KEY: 'forge',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: aws.url,
    CLEANUP_QUEUE_URL: `${aws.url}/000000000000/cleanup`,
    CONFIG_FILE: join(folder, 'config.json'),
  });
  // What the build makes exports nothing else.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const bundle = (await import(pathToFileURL(join(folder, 'receive.mjs')).href)) as {
    handler(event: unknown, context: object): Promise<unknown>;
  };
  return {
    async receive(event: HttpEvent): Promise<ForgeResult> {
      queued = [];
      called = [];
      longestLine = 0;
      // The function logs to standard output, which is for the report here.
      process.stdout.write = (line: string | Uint8Array) => {
        longestLine = Math.max(longestLine, line.length);
        return true;
      };
      try {
        const context = { awsRequestId: 'forge', getRemainingTimeInMillis: () => 10_000 };
        const { statusCode: status, body: answer } = v.parse(
          answerSchema,
          await bundle.handler(event, context),
        );
        return { status, answer, queued, longestLine, called };
      } finally {
        process.stdout.write = genuineWrite;
      }
    },
    /** Number of reads of secrets so far. */
    secretReads: () => reads,
    async close(): Promise<void> {
      Object.assign(https, { request: genuineRequest });
      agent.destroy();
      await aws.close();
      await others.close();
      await rm(folder, { recursive: true });
    },
  };
}
