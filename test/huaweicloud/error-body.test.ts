import { expect, test } from '@jest/globals';
import { parseErrorBody } from '../../lib/huaweicloud/error-body.ts';

const code = 'SVCSTG.SWR.4001158';
const message = 'no such task';
const row = { errorCode: code, errorMessage: message, detail: 'more' };

test.each([
  { why: 'the first shape', body: { errors: [row], error_code: 'APIGW.0101', error_msg: 'the outer one' } },
  { why: 'the first shape with an empty list', body: { errors: [], error_code: code, error_msg: message } },
  { why: 'the first shape with strange rows', body: { errors: [null, 'x', row], error_code: 'other' } },
  { why: 'the second shape', body: [row] },
  { why: 'the second shape with strange rows', body: [null, 7, [row], row] },
  { why: 'the third shape', body: { errorCode: code, errorMessage: message } },
  { why: 'the fourth shape', body: { error_code: code, error_msg: message, request_id: 'r' } },
])('reads the code and the message out of $why', ({ body }) => {
  expect(parseErrorBody(JSON.stringify(body))).toEqual({ code, message, html: false });
});

test.each([
  {
    why: "IAM's own shape has a status and no code",
    text: '{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}',
    found: { message: 'The username or password is wrong.', html: false },
  },
  {
    why: "IAM's own shape may have only a title",
    text: '{"error":{"code":401,"title":"Unauthorized"}}',
    found: { message: 'Unauthorized', html: false },
  },
  {
    why: 'IAM also uses the fourth shape',
    text: '{"error_code":"IAM.0011","error_msg":"m"}',
    found: { code: 'IAM.0011', message: 'm', html: false },
  },
  {
    why: 'IAM may write its code as a text',
    text: '{"error":{"error_code":"IAM.0062","message":"m"}}',
    found: { code: 'IAM.0062', message: 'm', html: false },
  },
  { why: 'a code without a message', text: '{"errorCode":"X.1"}', found: { code: 'X.1', html: false } },
  { why: 'a message without a code', text: '{"error_msg":"m"}', found: { message: 'm', html: false } },
  {
    why: 'a code that is no text',
    text: '{"error_code":7,"error_msg":"m"}',
    found: { message: 'm', html: false },
  },
  { why: 'an empty code', text: '{"errorCode":"","errorMessage":""}', found: { html: false } },
  { why: 'an empty body', text: '', found: { html: false } },
  { why: 'half of a JSON text', text: '{"errors":[', found: { html: false } },
  { why: 'null', text: 'null', found: { html: false } },
  { why: 'a number', text: '42', found: { html: false } },
  { why: 'a list of tasks', text: '[{"remoteRegionId":"cn-east-3"}]', found: { html: false } },
  { why: 'a page of a proxy', text: '<html><body>502</body></html>', found: { html: true } },
  { why: 'a page after a line break', text: '\n <!DOCTYPE html><title>502</title>', found: { html: true } },
])('finds what there is: $why', ({ text, found }) => {
  expect(parseErrorBody(text)).toEqual(found);
});
