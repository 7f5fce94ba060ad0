// A client of kie's job API, written from its pages alone: kie publishes none. What goes over the wire is spelled out, as with curl.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGenuine } from './callback.mjs';
import { film } from './film.mjs';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_ADMIN_KEY: adminKey, FILMGATE_PICTURE: picture } = process.env;
const record = {
  running: ['taskId', 'model', 'state', 'param', 'resultJson', 'successFlag', 'failCode', 'failMsg', 'createTime', 'updateTime'],
  ended: ['completeTime', 'costTime', 'creditsConsumed'],
};

async function say(method, path, body, credential = key) {
  const response = await fetch(`${address}/kie/api/v1/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(credential && { Authorization: `Bearer ${credential}` }) },
    body: typeof body === 'string' ? body : body && JSON.stringify(body),
  });
  assert.equal(response.headers.get('content-type'), 'application/json');
  return { status: response.status, text: await response.text() };
}

async function data(method, path, body) {
  const { status, text } = await say(method, path, body);
  const answer = JSON.parse(text);
  assert.deepEqual([status, answer.code, answer.msg], [200, 200, 'success']);
  return answer.data;
}

const still = async () => `data:image/jpeg;base64,${(await readFile(picture)).toString('base64')}`;

test('a clip is made, followed and fetched, as the page shows it', async () => {
  process.env.KIE_API_KEY = key;
  const url = await film('kling/v2-1-standard', { prompt: 'Slow push in', image_url: await still(), tail_image_url: '', duration: '5' });
  const answer = await fetch(url);
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4']);
  assert.equal(Buffer.from(await answer.arrayBuffer()).toString('latin1', 4, 8), 'ftyp');
  assert.equal(await data('POST', 'common/download-url', { url }), url);
});

test('a task is shown in its states and calls back once, signed', async () => {
  const heard = [];
  let come;
  const first = new Promise((resolve) => (come = resolve));
  const receiver = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    heard.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
    response.end('{"code":200,"msg":"success"}');
    come();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  after(() => receiver.close());

  const callBackUrl = `http://127.0.0.1:${receiver.address().port}/kie`;
  const input = { prompt: '@fail(CONTENT_VIOLATION)', duration: '10', aspect_ratio: '9:16', cfg_scale: 0.7 };
  const created = await say('POST', 'jobs/createTask', { model: 'kling/v2-1-master-text-to-video', callBackUrl, input });
  const [, taskId] = /^\{"code":200,"msg":"success","data":\{"taskId":"(task_[0-9a-z]{36})"\}\}$/.exec(created.text);

  let task;
  do {
    task = await data('GET', `jobs/recordInfo?taskId=${taskId}`);
    assert.deepEqual(Object.keys(task), task.state === 'fail' ? [...record.running, ...record.ended] : record.running);
    assert.ok(['waiting', 'generating', 'fail'].includes(task.state));
    await sleep(100);
  } while (task.state !== 'fail');
  assert.deepEqual([task.taskId, task.model, task.successFlag, task.failCode, task.creditsConsumed], [taskId, 'kling/v2-1-master-text-to-video', 3, '400', 0]);
  assert.notEqual(task.failMsg, '');
  const param = JSON.parse(task.param);
  assert.deepEqual([param.model, param.callBackUrl, JSON.parse(param.input)], [task.model, callBackUrl, input]);

  await first;
  const { headers, body } = heard[0];
  assert.deepEqual(body, { code: 501, msg: 'Playground task failed.', data: { ...task, task_id: taskId } });
  const secret = await data('GET', 'webhook/secret');
  assert.ok(isGenuine(headers, body, secret));
  assert.ok(!isGenuine(headers, body, `${secret}0`));
  assert.ok(!isGenuine(headers, { data: { task_id: `${taskId}0` } }, secret));
  assert.ok(!isGenuine({}, body, secret));
  assert.equal(heard.length, 1);
});

test('bad input, wrong keys and unknown tasks are told by code', async () => {
  const told = async (...request) => {
    const { status, text } = await say(...request);
    const answer = JSON.parse(text);
    assert.deepEqual(Object.keys(answer), ['code', 'msg', 'data']);
    assert.equal(answer.data, null);
    return [status, answer.code, answer.msg];
  };
  const model = 'kling/v2-1-master-text-to-video';
  assert.deepEqual(await told('POST', 'jobs/createTask', { model, input: { prompt: 'a', duration: 5 } }), [
    200,
    422,
    'input.duration must be the string "5" or "10" and not a number, got 5',
  ]);
  assert.deepEqual(await told('POST', 'jobs/createTask', { model, callbackUrl: 'https://example.com', input: { prompt: 'a' } }), [
    200,
    422,
    'callBackUrl must be spelled with exactly these capitals, got callbackUrl',
  ]);
  assert.deepEqual(await told('POST', 'jobs/createTask', { model: 'kling/v2-1-pro', input: { prompt: 'a' } }), [
    200,
    422,
    'input.image_url is required for kling/v2-1-pro: the address of a picture',
  ]);
  assert.deepEqual((await told('POST', 'jobs/createTask', { model: 'kling/v2-1-pro', input: { prompt: 'a', image_url: 'not an address' } })).slice(0, 2), [200, 422]);
  assert.deepEqual((await told('POST', 'jobs/createTask', { model, callBackUrl: 'ftp://x', input: { prompt: 'a' } })).slice(0, 2), [200, 422]);
  assert.deepEqual((await told('POST', 'jobs/createTask', '{"model":')).slice(0, 2), [200, 422]);
  for (const wrong of [`${key}x`, null]) {
    assert.deepEqual((await told('POST', 'jobs/createTask', { model, input: { prompt: 'a' } }, wrong)).slice(0, 2), [200, 401]);
    assert.deepEqual((await told('GET', 'jobs/recordInfo?taskId=x', undefined, wrong)).slice(0, 2), [200, 401]);
  }

  assert.deepEqual((await told('GET', 'chat/credit', undefined, adminKey)).slice(0, 2), [200, 403]);
  assert.deepEqual(await told('GET', 'jobs/recordInfo'), [200, 400, 'taskId is required in the query']);
  assert.deepEqual(await told('GET', 'jobs/recordInfo?taskId=task_0'), [200, 404, 'There is no such task, or it is not one of this account.']);
  assert.deepEqual((await told('GET', 'jobs/createTask')).slice(0, 2), [405, 405]);
  assert.equal(typeof (await data('GET', 'chat/credit')), 'number');
});
