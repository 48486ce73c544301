/** Makes the same call to a service at another address. */
export async function forward(
  url: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string,
): Promise<{ status: number; text: string }> {
  const kept = Object.entries(headers).filter(
    ([name]) => !['host', 'connection', 'content-length'].includes(name),
  );
  const plain = kept.map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await fetch(url, { method: 'POST', headers: plain, body });
  return { status: answer.status, text: await answer.text() };
}

/**
 * Calls a service of AWS on loopback that verifies no signature.
 *
 * @param target the operation, after the prefix of its service.
 * @throws {Error} if the service rejects the call.
 */
export async function postToAws(url: string, target: string, input: object): Promise<unknown> {
  const headers = {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': target,
    // dynalite requires both.
    Authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
    'X-Amz-Date': '20260101T000000Z',
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target} was answered ${response.status}: ${text}`);
  return JSON.parse(text || '{}');
}
