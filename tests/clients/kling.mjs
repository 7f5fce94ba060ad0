// A client of Kling's API, written from its field tables alone: Kling publishes none for Node. Tokens are made by jose and callbacks
// checked by standardwebhooks, so that neither is checked by the code that made it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { WebhookVerificationError } from 'standardwebhooks';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_ADMIN_KEY: adminKey, FILMGATE_PICTURE: picture } = process.env;
const tables = {
  task: ['task_id', 'task_status', 'task_status_msg', 'task_info', 'final_unit_deduction', 'created_at', 'updated_at', 'task_result'],
  created: ['task_id', 'task_status', 'task_info', 'created_at', 'updated_at'],
};
let pair;

async function admin(method, path, body) {
  const response = await fetch(`${address}/admin/v1/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${adminKey}` },
    body: body && JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  return (await response.json()).data;
}

const token = ({ issuer = pair.access_key, secret = pair.secret_key, from = '5 seconds ago', to = '30 minutes' } = {}) =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setNotBefore(from)
    .setExpirationTime(to)
    .sign(new TextEncoder().encode(secret));

async function call(method, path, { body, headers, base = '/kling/v1/videos' } = {}) {
  const response = await fetch(`${address}${base}/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(headers ?? { Authorization: `Bearer ${await token()}` }) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(typeof answer.code, 'number');
  assert.equal(typeof answer.message, 'string');
  assert.equal(typeof answer.request_id, 'string');
  return { status: response.status, ...answer };
}

async function end(path) {
  for (;;) {
    const { status, code, data } = await call('GET', path);
    assert.deepEqual([status, code], [200, 0]);
    if (['succeed', 'failed'].includes(data.task_status)) return data;
    assert.ok(['submitted', 'processing'].includes(data.task_status));
    await sleep(200);
  }
}

before(async () => {
  const { accounts } = await admin('GET', 'accounts');
  pair = await admin('POST', `accounts/${accounts[0].id}/keys`, { name: 'signs', kind: 'test' });
});

test('tokens are judged by signature, beginning and end', async () => {
  const told = async (options) => {
    const { status, code, data } = await call('GET', 'text2video', { headers: { Authorization: `Bearer ${await token(options)}` } });
    return [status, code, data === undefined];
  };
  assert.deepEqual(await told({}), [200, 0, false]);
  assert.deepEqual(await told({ secret: `${pair.secret_key}x` }), [401, 1002, true]);
  assert.deepEqual(await told({ issuer: 'key_unknown' }), [401, 1002, true]);
  assert.deepEqual(await told({ from: '10 minutes' }), [401, 1003, true]);
  assert.deepEqual(await told({ to: '10 minutes ago' }), [401, 1004, true]);
  assert.deepEqual(await told({ to: '10 years' }), [401, 1000, true]);
  const { status, code } = await call('GET', 'text2video', { headers: {} });
  assert.deepEqual([status, code], [401, 1001]);
});

test('a plain key is taken in both headers and in all places', async () => {
  for (const base of ['/kling/v1/videos', '/v1/videos', '/proxy/kling/v1/videos']) {
    for (const headers of [{ Authorization: `Bearer ${key}` }, { 'X-API-KEY': key }]) {
      const { code, data } = await call('GET', 'image2video?pageNum=1&pageSize=500', { headers, base });
      assert.equal(code, 0);
      assert.ok(Array.isArray(data));
    }
  }
});

test('bad input is told in codes', async () => {
  const told = async (kind, body) => {
    const { status, code, message } = await call('POST', kind, { body });
    return [status, code, message.split(':')[0]];
  };
  const image = `data:image/jpeg;base64,${(await readFile(picture)).toString('base64')}`;
  assert.deepEqual(await told('image2video', { model_name: 'kling-v2-1', image }), [400, 1201, 'File is not in a valid base64 format']);
  assert.deepEqual(await told('image2video', { model_name: 'kling-v2-1', prompt: 'a' }), [400, 1201, 'image and image_tail can not be empty']);
  assert.deepEqual((await told('text2video', { prompt: 'a' })).slice(0, 2), [404, 1203]);
  assert.deepEqual((await told('text2video', { model_name: 'kling-v2-1-master', prompt: 'a', sound: false })).slice(0, 2), [400, 1201]);
  const { status, code } = await call('GET', 'text2video/900000000000000001');
  assert.deepEqual([status, code], [404, 1203]);
});

test('the example of the page makes a clip', async () => {
  process.env.KLING_ACCESS_KEY = pair.access_key;
  process.env.KLING_SECRET_KEY = pair.secret_key;
  const said = [];
  const { log } = console;
  console.log = (line) => said.push(line);
  try {
    await import('./page-1.mjs');
  } finally {
    console.log = log;
  }

  const clip = Buffer.from(await (await fetch(said[0])).arrayBuffer());
  assert.equal(clip.subarray(4, 8).toString(), 'ftyp');

  const { data } = await call('GET', 'image2video?pageSize=1');
  const [task] = data;
  assert.deepEqual(Object.keys(task), tables.task);
  assert.match(task.task_id, /^[1-9][0-9]+$/);
  assert.equal(task.task_status, 'succeed');
  assert.equal(task.final_unit_deduction, '0');
  assert.deepEqual(Object.keys(task.task_result.videos[0]), ['id', 'url', 'duration']);
  assert.match(task.task_result.videos[0].id, /^[1-9][0-9]+$/);
  assert.equal(task.task_result.videos[0].duration, '5.0');
  assert.equal((await call('GET', `text2video/${task.task_id}`)).code, 1203);
});

test('every change is called back, signed and bare, and the task is found by our own id', async () => {
  process.env.KLING_WEBHOOK_SECRET = pair.webhook_secret;
  const { verify } = await import('./page-2.mjs');
  const heard = [];
  let enough;
  const all = new Promise((resolve) => (enough = resolve));
  const receiver = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.end('ok');
    if (heard.length === 3) enough();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  after(() => receiver.close());

  const external_task_id = randomUUID();
  const body = {
    model_name: 'kling-v2-1-master',
    prompt: '@fail(CONTENT_VIOLATION)',
    callback_url: `http://127.0.0.1:${receiver.address().port}/`,
    external_task_id,
  };
  const { status, code, data: created } = await call('POST', 'text2video', { body });
  assert.deepEqual([status, code], [200, 0]);
  assert.deepEqual(Object.keys(created), tables.created);
  assert.equal((await call('POST', 'text2video', { body })).code, 1201);

  const task = await end(`text2video/${external_task_id}`);
  assert.equal(task.task_id, created.task_id);
  assert.deepEqual([task.task_status, task.task_status_msg, task.task_result], ['failed', 'Failure to pass the risk control system', {}]);

  await all;
  const told = heard.map(({ headers, body }) => verify(headers, body));
  assert.deepEqual(told.map(({ task_status }) => task_status).sort(), ['failed', 'processing', 'submitted']);
  assert.ok(told.every(({ task_id, task_info }) => task_id === created.task_id && task_info.external_task_id === external_task_id));
  assert.deepEqual(told.find(({ task_status }) => task_status === 'failed'), task);
  assert.equal(heard[0].headers['content-type'], 'application/json; charset=utf-8');
  assert.throws(() => verify(heard[0].headers, `${heard[0].body} `), WebhookVerificationError);
});
