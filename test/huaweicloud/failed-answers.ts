import type { Fault } from '../../local/huaweicloud/emulator.ts';

const PAGE = '<html><body>Bad gateway</body></html>';

interface FailedAnswer {
  readonly why: string;
  readonly fault: Fault;
  readonly code: string;
  readonly status?: number;
  readonly retryable: boolean;
}

/** What any call may be answered with, and what is made of it. */
export const failedAnswers: readonly FailedAnswer[] = [
  {
    why: 'the route is wrong',
    fault: { status: 404, code: 'APIGW.0101' },
    code: 'APIGW.0101',
    status: 404,
    retryable: false,
  },
  {
    why: 'a proxy finds nothing',
    fault: { status: 404, body: PAGE },
    code: 'HTTP_404',
    status: 404,
    retryable: true,
  },
  {
    why: 'a proxy is broken',
    fault: { status: 502, body: PAGE },
    code: 'HTTP_502',
    status: 502,
    retryable: true,
  },
  {
    why: "a success is a proxy's page",
    fault: { body: PAGE },
    code: 'HTTP_200',
    status: 200,
    retryable: true,
  },
  {
    why: 'a success holds an error',
    fault: { body: '{"errorCode":"SVCSTG.SWR.4031032","errorMessage":"slow down"}' },
    code: 'SVCSTG.SWR.4031032',
    status: 200,
    retryable: true,
  },
  {
    why: 'a success holds an error for a person',
    fault: { body: '[{"errorCode":"SVCSTG.SWR.4030170","errorMessage":"no"}]' },
    code: 'SVCSTG.SWR.4030170',
    status: 200,
    retryable: true,
  },
  {
    why: 'a redirect',
    fault: { status: 302, headers: { Location: '/' } },
    code: 'HTTP_302',
    status: 302,
    retryable: false,
  },
  {
    why: 'a permission is missing',
    fault: { code: 'SVCSTG.SWR.4037017' },
    code: 'SVCSTG.SWR.4037017',
    status: 403,
    retryable: false,
  },
  {
    why: 'a parameter is wrong',
    fault: { code: 'SVCSTG.SWR.4000014' },
    code: 'SVCSTG.SWR.4000014',
    status: 400,
    retryable: false,
  },
  {
    why: 'SWR is broken and silent',
    fault: { status: 500, body: '' },
    code: 'HTTP_500',
    status: 500,
    retryable: true,
  },
];
