import { parseArgs } from 'node:util';
import { localSeed, startEmulator } from './emulator.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const emulator = await startEmulator({ port: Number(values.port), seed: localSeed });
const user = localSeed.users?.[0];
const agency = localSeed.agencies?.[0];
const scoped = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { domain: { name: user?.domain }, name: user?.name, password: user?.password } },
    },
    scope: { project: { name: localSeed.region } },
  },
};

process.stdout.write(`Huawei Cloud (IAM and SWR of ${localSeed.region}) is played at ${emulator.url}

  iamEndpoint and swrEndpoint: ${emulator.url}
  domain ${user?.domain}, user ${user?.name}, password ${user?.password}
  access key ${user?.accessKey?.ak}, secret ${user?.accessKey?.sk}
  agencyDomain ${agency?.domain}, agency ${agency?.name}

Try:
  TOKEN=$(curl -sD- -o/dev/null '${emulator.url}/v3/auth/tokens?nocatalog=true' -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(scoped)}' | sed -n 's/^X-Subject-Token: //p' | tr -d '\\r')
  curl -s -H "X-Auth-Token: $TOKEN" '${emulator.url}/v2/manage/repos?namespace=acme-images&limit=100&offset=0'
  curl -s -H "X-Auth-Token: $TOKEN" '${emulator.url}/v2/manage/namespaces/acme-images/repos/payments$api/sync_repo'
  curl -si -X DELETE -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"remoteRegionId":"cn-east-3","remoteNamespace":"acme-dr"}' \\
    '${emulator.url}/v2/manage/namespaces/acme-images/repos/payments$api/sync_repo'

Ctrl-C ends it.
`);

const end = () => void emulator.close();
process.once('SIGINT', end);
process.once('SIGTERM', end);
