import { createHmac } from 'node:crypto';
import type { Proof } from './sender.ts';

/** An HMAC-SHA256 of the body, in hexadecimal digits. */
export function hexSignature(name: string, prefix: '' | 'sha256='): Proof {
  return {
    prove: ({ body }, key) => ({ [name]: `${prefix}${hexDigest('sha256', key, body)}` }),
    shown: [`${name}: ${prefix}…`],
  };
}

/** Gitea adds what Gogs and GitHub would send. */
export const giteaSignatures: Proof = {
  prove({ body }, key) {
    const digest = hexDigest('sha256', key, body);
    return {
      'X-Gitea-Signature': digest,
      'X-Gogs-Signature': digest,
      'X-Hub-Signature': `sha1=${hexDigest('sha1', key, body)}`,
      'X-Hub-Signature-256': `sha256=${digest}`,
    };
  },
  shown: [
    'X-Gitea-Signature: …',
    'X-Gogs-Signature: …',
    'X-Hub-Signature: sha1=…',
    'X-Hub-Signature-256: sha256=…',
  ],
};

/** Standard Webhooks 1.0.0, over the id and the time that stand in the content's headers. */
export const standardSignature: Proof = {
  prove({ headers, body }, key) {
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers;
    return { 'webhook-signature': signStandard(id, timestamp, body, key) };
  },
  shown: ['webhook-signature: v1,…'],
};

/** GitLab's token as it is, or signatures where it is a signing token. Its key is the secret's text. */
export const gitlabToken: Proof = {
  prove({ headers, body }, key) {
    const token = key.toString();
    if (!token.startsWith('whsec_')) return { 'X-Gitlab-Token': token };
    const id = headers['Idempotency-Key'] ?? '';
    const timestamp = secondsOf(new Date());
    const signingKey = Buffer.from(token.trim().slice('whsec_'.length), 'base64');
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signStandard(id, timestamp, body, signingKey),
    };
  },
  shown: ['X-Gitlab-Token: …'],
};

/** A header that the secret names, with its value. The key is `name:value`. */
export function fixedHeader(shown: string): Proof {
  return {
    prove(_content, key) {
      const text = key.toString();
      const colon = text.indexOf(':');
      return { [text.slice(0, colon)]: text.slice(colon + 1) };
    },
    shown: [shown],
  };
}

/** Since 1970, as Standard Webhooks writes the time. */
export function secondsOf(time: Date): string {
  return String(Math.floor(time.getTime() / 1000));
}

function signStandard(id: string, timestamp: string, body: string, key: Buffer): string {
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${digest}`;
}

function hexDigest(algorithm: 'sha1' | 'sha256', key: Buffer, body: string): string {
  return createHmac(algorithm, key).update(body).digest('hex');
}
