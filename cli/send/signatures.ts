import { createHmac } from 'node:crypto';

/** A delivery as a sender writes it. */
export interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers that authenticate a delivery, made with the key that the source parses from its secret. */
export type Sign = (content: Content, key: Buffer | string) => Record<string, string>;

/** The signature of a sender, and its header for display, without secret and signature. */
export interface Signature {
  readonly sign: Sign;
  readonly masked: string;
}

/** An HMAC-SHA256 of the body, in hexadecimal digits. */
export function signHex(name: string, prefix = ''): Signature {
  return {
    sign({ body }, key) {
      const digest = createHmac('sha256', key).update(body).digest('hex');
      return { [name]: `${prefix}${digest}` };
    },
    masked: `${name}: ${prefix}…`,
  };
}

/** Standard Webhooks 1.0.0, over the id and the time in the content's headers. */
export const signStandard: Sign = ({ headers, body }, key) => {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers;
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-signature': `v1,${digest}` };
};

/** GitLab's token as it is, or a Standard Webhooks signature if it is a signing token. The key is the secret's text. */
export const signAsGitLab: Sign = ({ headers, body }, key) => {
  const token = key.toString();
  if (!token.startsWith('whsec_')) return { 'X-Gitlab-Token': token };
  const timed = {
    'webhook-id': headers['Idempotency-Key'] ?? '',
    'webhook-timestamp': formatSeconds(new Date()),
  };
  const signingKey = Buffer.from(token.trim().slice('whsec_'.length), 'base64');
  return { ...timed, ...signStandard({ headers: timed, body }, signingKey) };
};

/** A header that the secret names, with its value. The key is `name:value`. */
export const addFixedHeader: Sign = (_content, key) => {
  const text = key.toString();
  const colon = text.indexOf(':');
  return { [text.slice(0, colon)]: text.slice(colon + 1) };
};

/** Seconds since 1970, as Standard Webhooks writes the time. */
export function formatSeconds(time: Date): string {
  return String(Math.floor(time.getTime() / 1000));
}
