import { afterAll, describe, expect, test } from '@jest/globals';
import { readWebhook } from '../support/fixture.ts';
import { httpEvent } from '../support/http-event.ts';
import { useOnce } from '../support/use.ts';
import { loadHandlers } from './handlers.ts';
import { setTrap } from './trap.ts';

const SNS_TOPIC = 'arn:aws:sns:eu-central-1:123456789012:swr-deletions';
const SMN_TOPIC = 'urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions';
const SNS = 'sns.eu-central-1.amazonaws.com';
const SMN = 'smn.cn-north-4.myhuaweicloud.com';
/** Answer to an address that is not called. */
const REJECTED = {
  status: 401,
  body: { detail: expect.stringMatching(/(?:URL|_url) is not an https address of/) },
};

// The addresses of the tests name its port.
const trap = await setTrap();
afterAll(() => trap.close());
const handlers = useOnce(() =>
  loadHandlers({
    seed: {},
    sections: () => ({
      accounts: { main: { region: 'cn-north-4', credentials: 'env:SSRF_ACCOUNT' } },
      sources: {
        'aws-sns': { type: 'aws-sns', topics: [SNS_TOPIC] },
        'huawei-smn': { type: 'huawei-smn', topics: [SMN_TOPIC] },
      },
    }),
    env: { SSRF_ACCOUNT: JSON.stringify({ ak: 'ACCESSKEY', sk: 'secret-key' }) },
  }),
);

describe('an address in a message is not called', () => {
  /** A recorded message with the current time, so that the address is the only reason to reject it. */
  const messageOf = (source: string, name: string, fields: object) => {
    const { headers, body } = readWebhook(`${source}/${name}`);
    const time = { [source === 'aws-sns' ? 'Timestamp' : 'timestamp']: new Date().toISOString() };
    return { source, headers, body: JSON.stringify({ ...JSON.parse(body), ...time, ...fields }) };
  };

  /** @param end path of a certificate, or of a confirmation. */
  const tricks = (host: string, end: string) => [
    { why: 'without TLS', url: `http://${host}${end}` },
    { why: 'to this machine', url: `https://127.0.0.1:${trap.port}${end}` },
    { why: 'to this machine by name', url: `https://localhost:${trap.port}${end}` },
    { why: 'to this machine by another notation', url: `https://2130706433:${trap.port}${end}` },
    {
      why: 'to the metadata of an instance',
      url: `http://169.254.169.254/latest/meta-data/iam/security-credentials/`,
    },
    { why: 'to the credentials of a container', url: `http://169.254.170.2/v2/credentials` },
    { why: 'with the host as a user', url: `https://${host}@127.0.0.1:${trap.port}${end}` },
    { why: 'with the host as a password', url: `https://x:${host}@127.0.0.1:${trap.port}${end}` },
    { why: 'with the host as a path', url: `https://127.0.0.1:${trap.port}/${host}${end}` },
    { why: 'with the host as a fragment', url: `https://127.0.0.1:${trap.port}/#https://${host}${end}` },
    { why: 'with a backslash', url: `https://127.0.0.1:${trap.port}\\@${host}${end}` },
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

  describe.each<{
    what: string;
    message: readonly [source: string, name: string];
    field: string;
    rows: { why: string; url: string }[];
  }>([
    {
      what: 'a certificate of SNS',
      message: ['aws-sns', 'repository-deleted'],
      field: 'SigningCertURL',
      rows: [
        ...tricks(SNS, '/SimpleNotificationService-9c64.pem'),
        {
          why: 'of a bucket with the name of the service',
          url: 'https://sns.s3-eu-west-1.amazonaws.com/x.pem',
        },
        { why: 'of an answer of the API', url: `https://${SNS}/x.pem?Action=ListTopics` },
        { why: 'of another path', url: `https://${SNS}/a/../x.pem/b` },
        { why: 'of another kind of file', url: `https://${SNS}/x.html` },
      ],
    },
    {
      what: 'a confirmation of SNS',
      message: ['aws-sns', 'subscription-confirmation'],
      field: 'SubscribeURL',
      rows: [
        ...tricks(SNS, '/?Action=ConfirmSubscription&Token=x'),
        { why: 'that publishes', url: `https://${SNS}/?Action=Publish` },
        { why: 'with two actions', url: `https://${SNS}/?Action=ConfirmSubscription&Action=DeleteTopic` },
      ],
    },
    {
      what: 'a certificate of SMN',
      message: ['huawei-smn', 'repository-deleted'],
      field: 'signing_cert_url',
      rows: [
        ...tricks(SMN, '/smn/SMN.pem'),
        { why: 'of a bucket with the name of the service', url: 'https://smn.obs.myhuaweicloud.com/x.pem' },
      ],
    },
    {
      what: 'a confirmation of SMN',
      message: ['huawei-smn', 'subscription-confirmation'],
      field: 'subscribe_url',
      rows: tricks(SMN, '/smn/subscription/confirm'),
    },
  ])('$what', ({ message, field, rows }) => {
    test.each(rows)('$why', async ({ url }) => {
      const event = httpEvent(messageOf(...message, { [field]: url }));
      expect(await handlers.receive(event)).toMatchObject(REJECTED);
      expect(trap.visits()).toBe(0);
    });
  });
});
