import { describe, expect, test } from '@jest/globals';
import {
  type FailedAnswer,
  sortIamFailure,
  sortSwrFailure,
  type Verdict,
} from '../../lib/huaweicloud/failure.ts';

interface Row extends FailedAnswer {
  readonly why: string;
  readonly verdict: Verdict;
}

describe('an answer of SWR', () => {
  test.each<Row>([
    { why: 'the task is gone, as documented', status: 404, empty: true, verdict: 'gone' },
    { why: 'the task is gone, and SWR says so', status: 404, code: 'SVCSTG.SWR.4040010', verdict: 'gone' },
    { why: 'the task is gone, in practice', status: 400, code: 'SVCSTG.SWR.4001158', verdict: 'gone' },
    { why: 'the route is wrong, nothing is gone', status: 404, code: 'APIGW.0101', verdict: 'permanent' },
    { why: 'the gateway knows no task', status: 404, code: 'APIGW.0103', verdict: 'permanent' },
    { why: "a proxy's page knows no task", status: 404, html: true, verdict: 'retry' },
    { why: 'a body without a code', status: 404, empty: false, verdict: 'retry' },

    { why: 'the gateway throttles', status: 429, code: 'APIGW.0308', verdict: 'retry' },
    { why: 'throttled without a code', status: 429, verdict: 'retry' },
    { why: 'SWR throttles with a 403', status: 403, code: 'SVCSTG.SWR.4031032', verdict: 'retry' },
    { why: 'SWR throttles with another 403', status: 403, code: 'SVCSTG.SWR.4031042', verdict: 'retry' },
    { why: 'the resource is busy', status: 409, code: 'SVCSTG.SWR.4090023', verdict: 'retry' },
    { why: 'something else conflicts', status: 409, verdict: 'retry' },

    { why: 'a permission is missing', status: 403, code: 'SVCSTG.SWR.4030170', verdict: 'permanent' },
    { why: 'a permission is missing', status: 403, code: 'SVCSTG.SWR.4037017', verdict: 'permanent' },
    { why: 'a permission is missing', status: 403, code: 'SVCSTG.SWR.4037018', verdict: 'permanent' },
    { why: 'a permission is missing', status: 403, code: 'SVCSTG.SWR.4037020', verdict: 'permanent' },
    { why: 'a 403 without a code', status: 403, verdict: 'permanent' },
    { why: "a firewall's page", status: 403, html: true, verdict: 'permanent' },

    { why: 'SWR rejects the token', status: 401, code: 'SVCSTG.SWR.4010000', verdict: 'relogin' },
    { why: 'the gateway rejects the token', status: 401, code: 'APIGW.0301', verdict: 'relogin' },
    { why: 'the token must be updated', status: 401, code: 'APIGW.0307', verdict: 'relogin' },
    { why: 'a 401 without a code', status: 401, verdict: 'relogin' },

    { why: 'a parameter is wrong', status: 400, code: 'SVCSTG.SWR.4000014', verdict: 'permanent' },
    { why: 'a 400 without a code', status: 400, verdict: 'permanent' },
    { why: 'a redirect is not followed', status: 302, html: true, verdict: 'permanent' },
    { why: 'the method is wrong', status: 405, verdict: 'permanent' },
    { why: 'a request timeout', status: 408, verdict: 'retry' },
    { why: 'too early', status: 425, verdict: 'retry' },
    { why: 'SWR is broken', status: 500, code: 'SVCSTG.SWR.5000001', verdict: 'retry' },
    { why: 'SWR fails without a body', status: 500, empty: true, verdict: 'retry' },
    { why: 'the proxy is broken', status: 502, html: true, verdict: 'retry' },
    { why: 'the service is unavailable', status: 503, verdict: 'retry' },
    { why: 'the gateway times out', status: 504, verdict: 'retry' },
    { why: 'an unreadable success', status: 200, html: true, verdict: 'retry' },
  ])('with $status $code means $verdict: $why', ({ verdict, ...answer }) => {
    expect(sortSwrFailure(answer)).toBe(verdict);
  });
});

describe('an answer of IAM', () => {
  test.each<Row>([
    { why: 'the user is locked for a while', status: 401, code: 'IAM.0061', verdict: 'retry' },
    { why: 'the password is wrong', status: 401, code: 'IAM.0062', verdict: 'permanent' },
    { why: 'the password has expired', status: 401, code: 'IAM.0066', verdict: 'permanent' },
    { why: 'the token is invalid', status: 401, code: 'IAM.0067', verdict: 'permanent' },
    { why: "IAM's own shape has no code", status: 401, verdict: 'permanent' },
    { why: 'the user is for the console only', status: 403, code: 'IAM.0081', verdict: 'permanent' },
    { why: 'the user is disabled', status: 403, code: 'IAM.0082', verdict: 'permanent' },
    { why: 'the region fails over', status: 410, code: 'IAM.0020', verdict: 'retry' },
    { why: 'the region fails over, without a code', status: 410, verdict: 'retry' },
    { why: 'the region fails over, with another status', status: 403, code: 'IAM.0020', verdict: 'retry' },
    { why: 'IAM throttles', status: 429, code: 'IAM.0012', verdict: 'retry' },
    { why: 'IAM throttles with another status', status: 403, code: 'IAM.0012', verdict: 'retry' },
    { why: 'throttled without a code', status: 429, verdict: 'retry' },
    { why: 'the request is wrong', status: 400, code: 'IAM.0011', verdict: 'permanent' },
    { why: 'the project is unknown', status: 400, verdict: 'permanent' },
    { why: 'the endpoint is wrong', status: 404, code: 'APIGW.0101', verdict: 'permanent' },
    { why: 'a redirect is not followed', status: 307, verdict: 'permanent' },
    { why: 'IAM is broken', status: 500, verdict: 'retry' },
    { why: 'the proxy is broken', status: 502, html: true, verdict: 'retry' },
    { why: 'the service is unavailable', status: 503, verdict: 'retry' },
    { why: 'a success without a token', status: 201, verdict: 'retry' },
  ])('with $status $code means $verdict: $why', ({ verdict, ...answer }) => {
    expect(sortIamFailure(answer)).toBe(verdict);
  });
});
