import type { Fault } from '../../local/huaweicloud/emulator.ts';

const PAGE = '<html><body>Bad gateway</body></html>';

/** Failed answers that any call may get, with the code, the status and whether the failure is transient. */
export const failedAnswers: readonly (readonly [
  why: string,
  fault: Fault,
  code: string,
  status: number,
  retryable: boolean,
])[] = [
  ['the route is wrong', { status: 404, code: 'APIGW.0101' }, 'APIGW.0101', 404, false],
  ['a proxy answers 404', { status: 404, body: PAGE }, 'HTTP_404', 404, true],
  ['a proxy answers 502', { status: 502, body: PAGE }, 'HTTP_502', 502, true],
  ["a success is a proxy's page", { body: PAGE }, 'HTTP_200', 200, true],
  [
    'a success holds a transient error',
    { body: JSON.stringify(errorOf('SVCSTG.SWR.4031032')) },
    'SVCSTG.SWR.4031032',
    200,
    true,
  ],
  [
    'a success holds a permanent error',
    { body: JSON.stringify([errorOf('SVCSTG.SWR.4030170')]) },
    'SVCSTG.SWR.4030170',
    200,
    true,
  ],
  ['it is a redirect', { status: 302, headers: { Location: '/' } }, 'HTTP_302', 302, false],
  ['a permission is missing', { code: 'SVCSTG.SWR.4037017' }, 'SVCSTG.SWR.4037017', 403, false],
  ['a parameter is wrong', { code: 'SVCSTG.SWR.4000014' }, 'SVCSTG.SWR.4000014', 400, false],
  ['SWR fails with an empty body', { status: 500, body: '' }, 'HTTP_500', 500, true],
];

function errorOf(errorCode: string): object {
  return { errorCode, errorMessage: 'no' };
}
