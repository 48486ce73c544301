// HTTP and AWS's signature by hand. Node's modules are taken the fastest way there is: an import of node:http from an ES
// module would load all of undici. node:https is there because real endpoints need it.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');
const { createHash, createHmac } = process.getBuiltinModule('node:crypto');

const { env } = process;

export function call(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http;
    // Node gives the body of a DELETE no length by itself.
    const length = body && { 'Content-Length': Buffer.byteLength(body) };
    request(url, { method, headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ headers: response.headers, body: text }));
    })
      .on('error', reject)
      .end(body);
  });
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

export async function callAws(service, target, jsonVersion, input) {
  const { AWS_REGION: region, AWS_SESSION_TOKEN: token } = env;
  const url = env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`;
  const body = JSON.stringify(input);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const contentType = `application/x-amz-json-${jsonVersion}`;
  const names = 'content-type;host;x-amz-date;x-amz-security-token;x-amz-target';
  const canonical = [
    'POST\n/\n',
    `content-type:${contentType}`,
    `host:${url.slice(url.indexOf('//') + 2)}`,
    `x-amz-date:${time}`,
    `x-amz-security-token:${token}`,
    `x-amz-target:${target}`,
    `\n${names}`,
    sha256(body),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce(hmac, `AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
    .digest('hex');
  const credential = `${env.AWS_ACCESS_KEY_ID}/${scope}`;
  const headers = {
    'Content-Type': contentType,
    'X-Amz-Date': time,
    'X-Amz-Target': target,
    'X-Amz-Security-Token': token,
    Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
  return JSON.parse((await call('POST', url, headers, body)).body);
}
