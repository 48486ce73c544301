/** In the order in which they are printed. */
export const functionNames = ['clean', 'receive'] as const;
export type FunctionName = (typeof functionNames)[number];
export type ContenderId = 'ours' | 'both-sdks' | 'aws-sdk' | 'bare';

export interface Contender {
  readonly id: ContenderId;
  readonly label: string;
  /** A file in `peers/`; missing for ours, which the project's own build makes. */
  readonly source?: string;
}

const ours: Contender = { id: 'ours', label: 'ours' };

/** Who is measured, by function. `receive` calls nothing in Huawei Cloud, so (a) and (b) are the same there. */
export const contenders: Readonly<Record<FunctionName, readonly Contender[]>> = {
  clean: [
    ours,
    { id: 'both-sdks', label: '(a) Middy, both SDKs', source: 'clean-both-sdks.mjs' },
    { id: 'aws-sdk', label: '(b) Middy, AWS SDK, fetch', source: 'clean-aws-sdk.mjs' },
    { id: 'bare', label: '(c) bare handler', source: 'clean-bare.mjs' },
  ],
  receive: [
    ours,
    { id: 'aws-sdk', label: '(a, b) Middy, AWS SDK', source: 'receive-aws-sdk.mjs' },
    { id: 'bare', label: '(c) bare handler', source: 'receive-bare.mjs' },
  ],
};
