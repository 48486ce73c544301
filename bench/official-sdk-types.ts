import { createRequire } from 'node:module';

// As much of the SDK's types as the check uses: its own are there only once the packages of this folder are installed,
// and the project's type check has to pass without them.

interface Target {
  readonly remoteRegionId: string;
  readonly remoteNamespace: string;
}

interface RequestOf<Body = never> {
  withNamespace(namespace: string): this;
  withRepository(repository: string): this;
  withBody(body: Body): this;
}

interface PageRequest {
  withNamespace(namespace: string): this;
  withLimit(limit: string): this;
  withOffset(offset: string): this;
}

interface BasicCredentials {
  withAk(ak: string): this;
  withSk(sk: string): this;
  withProjectId(id: string): this;
}

interface ClientBuilder {
  withCredential(credentials: BasicCredentials): this;
  withEndpoint(url: string): this;
  build(): SwrClient;
}

type Creation = Target & { readonly syncAuto: boolean; readonly override: boolean };

export interface SwrClient {
  listImageAutoSyncReposDetails(request: RequestOf): Promise<ArrayLike<Target>>;
  createImageSyncRepo(request: RequestOf<Creation>): Promise<unknown>;
  deleteImageSyncRepo(request: RequestOf<Target>): Promise<unknown>;
  listReposDetails(request: PageRequest): Promise<ArrayLike<unknown> & { readonly 'Content-Range'?: string }>;
}

export interface OfficialSdk {
  readonly version: string;
  readonly BasicCredentials: new () => BasicCredentials;
  readonly SwrClient: { newBuilder(): ClientBuilder };
  readonly ListImageAutoSyncReposDetailsRequest: new () => RequestOf;
  readonly CreateImageSyncRepoRequest: new () => RequestOf<Creation>;
  readonly DeleteImageSyncRepoRequest: new () => RequestOf<Target>;
  readonly ListReposDetailsRequest: new () => PageRequest;
}

/** Loads the SDK, which is CommonJS. */
export function loadOfficialSdk(): OfficialSdk {
  const require = createRequire(import.meta.url);
  return {
    ...require('@huaweicloud/huaweicloud-sdk-core'),
    ...require('@huaweicloud/huaweicloud-sdk-swr'),
    version: require('@huaweicloud/huaweicloud-sdk-swr/package.json').version,
  };
}
