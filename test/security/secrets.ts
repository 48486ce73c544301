import { Buffer } from 'node:buffer';

/** Secrets of a full run, by use. Each is used once, and none occurs in anything else. */
export const SECRETS = {
  githubSecret: "github's secret, 4f1c",
  githubNextSecret: "github's next secret, 9b02",
  gitlabToken: 'gitlab-token-77ab10',
  giteaSecret: 'gitea-secret-a81f55',
  bitbucketSecret: 'bitbucket-secret-03dd18',
  standardSecret: `whsec_${Buffer.alloc(32, 0xa5).toString('base64')}`,
  cloudeventsSecret: `whsec_${Buffer.alloc(32, 0x5c).toString('base64')}`,
  harborHeader: 'Bearer harbor-header-c2e6f901',
  acrHeader: 'acr-header-value-5d20e7',
  distributionHeader: 'distribution-header-value-88be31',
  forgeToken: 'forge-api-token-e1d7',
  registryPassword: 'registry-password-60aa',
  // What has to be escaped in JSON is easily missed where a body is repeated.
  password: 'pass"word\\of the robot',
  wrongPassword: 'password-that-was-changed-2b',
  echoedPassword: 'echoed "password" of another',
  secretKey: 'secret-key-of-the-signer-71',
  securityToken: 'security-token-of-the-signer-0e',
  awsSecretKey: 'aws-secret-access-key-1e9',
  awsSessionToken: 'aws-session-token-f73/Zz+',
} as const;

/** Tokens of the emulator and signatures of every kind. */
const MADE = {
  'a token of IAM': /MII[\w+=-]{20}/,
  'a signature of AWS or Huawei Cloud': /Signature=[0-9a-f]{16}/,
  'a signature over a body': /(?:sha1|sha256)=[0-9a-f]{16}/,
  'a Standard Webhooks signature': /v1,[A-Za-z0-9+/]{20}/,
  'an Authorization header': /(?:Basic|Bearer) [A-Za-z0-9+/=._-]{8}/,
} as const;

const forms: readonly (readonly [name: string, form: string])[] = Object.entries(SECRETS).flatMap(
  ([name, secret]) => {
    const bytes = Buffer.from(secret);
    const key = secret.startsWith('whsec_') ? [secret.slice('whsec_'.length)] : [];
    return [
      secret,
      ...key,
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      encodeURIComponent(secret),
    ].map((form) => [name, plain(form)] as const);
  },
);

/** Without what escapes, so that it does not matter how often a text was put into JSON. */
function plain(text: string): string {
  return text.replaceAll('\\', '');
}

/**
 * The secrets that a text shows, in whatever form.
 *
 * @param sent further ones: signatures and tokens of deliveries.
 */
export function secretsIn(text: string, sent: Iterable<string> = []): string[] {
  const shown = plain(text);
  const found = [
    ...forms.filter(([, form]) => shown.includes(form)).map(([name]) => name),
    ...Object.entries(MADE)
      .filter(([, pattern]) => pattern.test(shown))
      .map(([name]) => name),
    ...[...sent]
      .filter((proof) => shown.includes(plain(proof)))
      .map((proof) => `what was sent: ${proof.slice(0, 12)}…`),
  ];
  return [...new Set(found)];
}
