import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readWebhook } from '../support/fixture.ts';
import { httpEvent } from '../support/http-event.ts';
import { type Handlers, loadHandlers } from './handlers.ts';
import { setTrap, type Trap } from './trap.ts';

const SNS_TOPIC = 'arn:aws:sns:eu-central-1:123456789012:swr-deletions';
const SMN_TOPIC = 'urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions';
const SNS = 'sns.eu-central-1.amazonaws.com';
const SMN = 'smn.cn-north-4.myhuaweicloud.com';
/** Because of the address, and before anything is called. */
const REFUSED = {
  status: 401,
  body: { detail: expect.stringMatching(/(?:URL|_url) is not an https address of/) },
};

let trap: Trap;
let trapPort: number;
let handlers: Handlers;
beforeAll(async () => {
  trap = await setTrap();
  trapPort = trap.port;
  handlers = await loadHandlers({
    seed: {},
    sections: () => ({
      accounts: { main: { region: 'cn-north-4', credentials: 'env:SSRF_ACCOUNT' } },
      sources: {
        'aws-sns': { type: 'aws-sns', topics: [SNS_TOPIC] },
        'huawei-smn': { type: 'huawei-smn', topics: [SMN_TOPIC] },
      },
    }),
    env: { SSRF_ACCOUNT: JSON.stringify({ ak: 'ACCESSKEY', sk: 'secret-key' }) },
  });
});
afterAll(() => Promise.all([handlers.close(), trap.close()]));

describe('an address in a message is not called', () => {
  const now = () => new Date().toISOString();
  /** As they are sent, and of now, so that it is for the address alone that they are refused. */
  const snsMessage = (type: string, fields: object) => {
    const { headers, body } = readWebhook(
      type === 'Notification' ? 'aws-sns/repository-deleted' : 'aws-sns/subscription-confirmation',
    );
    return {
      source: 'aws-sns',
      headers,
      body: JSON.stringify({ ...JSON.parse(body), Timestamp: now(), ...fields }),
    };
  };
  const smnMessage = (type: string, fields: object) => {
    const { headers, body } = readWebhook(
      type === 'Notification' ? 'huawei-smn/repository-deleted' : 'huawei-smn/subscription-confirmation',
    );
    return {
      source: 'huawei-smn',
      headers,
      body: JSON.stringify({ ...JSON.parse(body), timestamp: now(), ...fields }),
    };
  };

  /** @param end what makes it the address of a certificate, or of a confirmation. */
  const tricks = (host: string, end: string) => [
    { why: 'without TLS', url: `http://${host}${end}` },
    { why: 'to this machine', url: `https://127.0.0.1:${trapPort}${end}` },
    { why: 'to this machine by name', url: `https://localhost:${trapPort}${end}` },
    { why: 'to this machine by another notation', url: `https://2130706433:${trapPort}${end}` },
    {
      why: 'to the metadata of an instance',
      url: `http://169.254.169.254/latest/meta-data/iam/security-credentials/`,
    },
    { why: 'to the credentials of a container', url: `http://169.254.170.2/v2/credentials` },
    { why: 'with the host as a user', url: `https://${host}@127.0.0.1:${trapPort}${end}` },
    { why: 'with the host as a password', url: `https://x:${host}@127.0.0.1:${trapPort}${end}` },
    { why: 'with the host as a path', url: `https://127.0.0.1:${trapPort}/${host}${end}` },
    { why: 'with the host as a fragment', url: `https://127.0.0.1:${trapPort}/#https://${host}${end}` },
    { why: 'with a backslash', url: `https://127.0.0.1:${trapPort}\\@${host}${end}` },
    { why: 'with a user on the right host', url: `https://user@${host}${end}` },
    { why: 'with another port', url: `https://${host}:8443${end}` },
    { why: 'with a host that goes on', url: `https://${host}.evil.test${end}` },
    { why: 'with a host that begins earlier', url: `https://evil-${host}${end}` },
    { why: 'with a dot at the end of the host', url: `https://${host}.${end}` },
    { why: 'with a tab that URLs leave out', url: `https://${host}\t.evil.test${end}` },
    { why: 'with an escaped dot', url: `https://${host.replace('.', '%2e')}.evil.test${end}` },
    { why: 'without a scheme', url: `//${host}${end}` },
    { why: 'of a file', url: `file://${host}${end}` },
    { why: 'that is none', url: 'certificate' },
  ];

  test.each([
    ...tricks(SNS, '/SimpleNotificationService-9c64.pem'),
    { why: 'of a bucket with the name of the service', url: 'https://sns.s3-eu-west-1.amazonaws.com/x.pem' },
    { why: 'of an answer of the API', url: `https://${SNS}/x.pem?Action=ListTopics` },
    { why: 'of another path', url: `https://${SNS}/a/../x.pem/b` },
    { why: 'of another kind of file', url: `https://${SNS}/x.html` },
  ])('SNS, a certificate $why', async ({ url }) => {
    const message = snsMessage('Notification', { SigningCertURL: url });
    expect(await handlers.receive(httpEvent(message))).toMatchObject(REFUSED);
    expect(trap.visits()).toBe(0);
  });

  test.each([
    ...tricks(SNS, '/?Action=ConfirmSubscription&Token=x'),
    { why: 'that publishes', url: `https://${SNS}/?Action=Publish` },
    { why: 'that does two things', url: `https://${SNS}/?Action=ConfirmSubscription&Action=DeleteTopic` },
  ])('SNS, a confirmation $why', async ({ url }) => {
    const message = snsMessage('SubscriptionConfirmation', { SubscribeURL: url });
    expect(await handlers.receive(httpEvent(message))).toMatchObject(REFUSED);
    expect(trap.visits()).toBe(0);
  });

  test.each([
    ...tricks(SMN, '/smn/SMN.pem'),
    { why: 'of a bucket with the name of the service', url: 'https://smn.obs.myhuaweicloud.com/x.pem' },
  ])('SMN, a certificate $why', async ({ url }) => {
    const message = smnMessage('Notification', { signing_cert_url: url });
    expect(await handlers.receive(httpEvent(message))).toMatchObject(REFUSED);
    expect(trap.visits()).toBe(0);
  });

  test.each(tricks(SMN, '/smn/subscription/confirm'))('SMN, a confirmation $why', async ({ url }) => {
    const message = smnMessage('SubscriptionConfirmation', { subscribe_url: url });
    expect(await handlers.receive(httpEvent(message))).toMatchObject(REFUSED);
    expect(trap.visits()).toBe(0);
  });
});
