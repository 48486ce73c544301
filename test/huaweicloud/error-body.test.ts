import { expect, test } from '@jest/globals';
import { parseErrorBody } from '../../lib/huaweicloud/failure.ts';

const code = 'SVCSTG.SWR.4001158';
const message = 'no such task';
const row = { errorCode: code, errorMessage: message, detail: 'more' };

test.each<[why: string, body: unknown]>([
  ['the first shape', { errors: [row], error_code: 'APIGW.0101', error_msg: 'the outer one' }],
  ['the first shape with an empty list', { errors: [], error_code: code, error_msg: message }],
  ['the first shape with strange rows', { errors: [null, 'x', row], error_code: 'other' }],
  ['the second shape', [row]],
  ['the second shape with strange rows', [null, 7, [row], row]],
  ['the third shape', { errorCode: code, errorMessage: message }],
  ['the fourth shape', { error_code: code, error_msg: message, request_id: 'r' }],
])('reads the code and the message of %s', (_, body) => {
  expect(parseErrorBody(JSON.stringify(body))).toEqual({ code, message, html: false });
});

test.each<[text: string, found: { code?: string; message?: string; html?: true }]>([
  ['{"error":{"code":401,"message":"It is wrong.","title":"Unauthorized"}}', { message: 'It is wrong.' }],
  ['{"error":{"code":401,"title":"Unauthorized"}}', { message: 'Unauthorized' }],
  ['{"error_code":"IAM.0011","error_msg":"m"}', { code: 'IAM.0011', message: 'm' }],
  ['{"error":{"error_code":"IAM.0062","message":"m"}}', { code: 'IAM.0062', message: 'm' }],
  ['{"errorCode":"X.1"}', { code: 'X.1' }],
  ['{"error_msg":"m"}', { message: 'm' }],
  ['{"error_code":7,"error_msg":"m"}', { message: 'm' }],
  ['{"errorCode":"","errorMessage":""}', {}],
  ['', {}],
  ['{"errors":[', {}],
  ['null', {}],
  ['42', {}],
  ['[{"remoteRegionId":"cn-east-3"}]', {}],
  ['<html><body>502</body></html>', { html: true }],
  ['\n <!DOCTYPE html><title>502</title>', { html: true }],
])('finds in %j %j', (text, found) => {
  expect(parseErrorBody(text)).toEqual({ html: false, ...found });
});
