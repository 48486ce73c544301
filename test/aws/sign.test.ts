import { expect, test } from '@jest/globals';
import aws4 from 'aws4';
import { signRequest } from '../../lib/aws/sign.ts';

const NOW = new Date('2026-11-24T03:04:05.678Z');
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

test.each<[why: string, service: string, url: string, body: string, sessionToken?: string, method?: string]>([
  ['a query', 'lambda', 'https://x.example.com/2015-03-31/list/?FunctionName=a-b&MaxItems=9', '', '', 'GET'],
  ['a message to SQS', 'sqs', 'https://sqs.eu-central-1.amazonaws.com/', '{"MessageBody":"x"}'],
  ['a port in the host', 'sqs', 'http://127.0.0.1:4566/', '{}'],
  ['characters beyond ASCII', 'secretsmanager', 'https://x.example.com/', '{"a":"é 漢 😀"}'],
  ['an empty body', 'ssm', 'https://x.example.com/', ''],
  ['a session', 'ssm', 'https://x.example.com/', '{}', 'FwoGZXIvYXdzE+/='],
])('signs like aws4: %s', (_, service, url, body, sessionToken = '', method = 'POST') => {
  const address = new URL(url);
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Service.Action' };
  const signed = signRequest(
    { service, region: 'eu-central-1', method, url: address, headers, body },
    { ...credentials, sessionToken: sessionToken || undefined },
    NOW,
  );
  const request = {
    service,
    region: 'eu-central-1',
    host: address.host,
    path: `${address.pathname}${address.search}`,
    method,
    headers: { ...headers, 'X-Amz-Date': '20261124T030405Z' },
    body,
    // It adds this header by itself, and would sign it as well.
    extraHeadersToIgnore: { 'content-length': true },
  };
  const oracle = aws4.sign(request, { ...credentials, ...(sessionToken !== '' && { sessionToken }) });
  expect(signed['authorization']).toBe(oracle.headers?.['Authorization']);
  expect(signed).toMatchObject({ host: address.host, 'x-amz-date': '20261124T030405Z' });
});
