import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createAwsSns } from '../../lib/sources/aws-sns.ts';
import { createHuaweiSmn } from '../../lib/sources/huawei-smn.ts';
import type { FetchCertificate } from '../../lib/sources/signing-certificate.ts';
import type { Source } from '../../lib/sources/source.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

const NOW = Date.parse('2026-11-24T03:00:00.123Z');
const certificate = readFileSync(new URL('../fixtures/huawei-smn/signing.crt', import.meta.url), 'utf8');

interface Row {
  readonly name: string;
  readonly create: (fetch: FetchCertificate) => Source;
  readonly fixture: string;
  readonly topic: string;
  readonly key: string;
  readonly folder: string;
}

const rows: readonly Row[] = [
  {
    name: 'aws-sns',
    create: createAwsSns,
    fixture: 'aws-sns/repository-deleted',
    topic: 'TopicArn',
    key: 'SigningCertURL',
    folder: 'https://sns.eu-central-1.amazonaws.com/',
  },
  {
    name: 'huawei-smn',
    create: (fetchCertificate) => createHuaweiSmn({ fetchCertificate }),
    fixture: 'huawei-smn/repository-deleted',
    topic: 'topic_urn',
    key: 'signing_cert_url',
    folder: 'https://smn.cn-north-4.myhuaweicloud.com/smn/',
  },
];

describe.each(rows)('$name', ({ create, fixture, topic, key, folder }) => {
  const genuine = readWebhook(fixture);
  const message: Record<string, unknown> = JSON.parse(genuine.body);
  const start = () => {
    const fetched: string[] = [];
    const source = create(async ({ href }) => {
      fetched.push(href);
      return href === message[key] ? certificate : undefined;
    });
    const verify = async (certificateUrl = message[key], now = NOW) => {
      const body = JSON.stringify({ ...message, [key]: certificateUrl });
      return source.verify(deliveryOf(genuine, { body }), [], now, { topics: [String(message[topic])] });
    };
    return { verify, fetched };
  };

  test('fetches nothing for a thousand other forms of the right address', async () => {
    const { verify, fetched } = start();
    for (let index = 0; index < 1000; index++) {
      const form = `${String(message[key])}${'#?;'[index % 3]}${index}`;
      expect(await verify(form)).toMatchObject({ verified: false, stale: true });
    }
    expect(fetched).toEqual([]);
    expect(await verify()).toMatchObject({ verified: true });
    expect(fetched).toEqual([message[key]]);
  });

  test('goes on with what is proven while a thousand other addresses are named', async () => {
    const { verify, fetched } = start();
    expect(await verify()).toMatchObject({ verified: true });
    const forged = Array.from({ length: 1000 }, (_, index) => verify(`${folder}forged-${index}.pem`));
    const results = await Promise.allSettled(forged);
    expect(fetched).toHaveLength(10);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    expect(await verify()).toMatchObject({ verified: true });
    expect(fetched).toHaveLength(10);
  });

  test('has a genuine message sent again where strangers were first', async () => {
    const { verify } = start();
    await Promise.allSettled(Array.from({ length: 10 }, (_, index) => verify(`${folder}${index}.pem`)));
    const failure = { code: 'CERTIFICATE_UNAVAILABLE', retryable: true };
    await expect(verify()).rejects.toMatchObject({ failure });
    expect(await verify(undefined, NOW + 60_000)).toMatchObject({ verified: true });
  });
});
