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
