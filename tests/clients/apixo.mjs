// A client of APIXO's task API, written from its pages alone. What goes over the wire is spelled out, as with curl.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { film } from './film.mjs';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_PICTURE: picture } = process.env;

async function say(method, path, { body, credential = key } = {}) {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${credential}`, 'User-Agent': 'apixo-mcp-server/0.2.1' },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

test('a clip is made, followed and fetched, as the page shows it', async () => {
  process.env.APIXO_API_KEY = key;
  const still = `data:image/jpeg;base64,${(await readFile(picture)).toString('base64')}`;
  const answer = await fetch(await film({ mode: 'standard-image-to-video', prompt: 'Slow push in', image_urls: [still], duration: 5, cfg_scale: 0.5 }));
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4']);
  assert.equal(Buffer.from(await answer.arrayBuffer()).toString('latin1', 4, 8), 'ftyp');
});

test('a failure has its code and its sentence', async () => {
  process.env.APIXO_API_KEY = key;
  await assert.rejects(film({ mode: 'master-text-to-video', prompt: '@fail(CONTENT_VIOLATION)' }), /^Error: CONTENT_VIOLATION /);
});

test('what the MCP server asks is answered: balance, index, schema, and a task with its tag', async () => {
  const balance = await say('GET', '/api/v1/apikeys/current-balance');
  assert.deepEqual([balance.status, typeof balance.body.data], [200, 'number']);
  const index = await (await fetch(`${address}/docs/models/schemas/index.json`)).json();
  const model = index.models.find((one) => one.model_id === 'kling-2-1');
  const schema = await (await fetch(`${address}/docs${model.schema_path}`)).json();
  assert.equal(schema.model, 'kling-2-1');

  const input = { mode: 'master-text-to-video', prompt: '@stall', duration: 5 };
  const created = await say('POST', '/api/v1/generateTask/kling-2-1', { body: { request_type: 'async', input, source: 'mcp' } });
  const read = await say('GET', `/api/v1/statusTask/kling-2-1?taskId=${created.body.data.taskId}`);
  assert.deepEqual([read.status, read.body.code, read.body.message], [200, 200, 'success']);
  assert.ok(['pending', 'processing'].includes(read.body.data.state));
  await say('POST', `/api/v1/tasks/${created.body.data.taskId}/cancel`);
});

test('bad input and a wrong key are refused with the HTTP status repeated in the body', async () => {
  const bad = await say('POST', '/api/v1/generateTask/kling-2-1', { body: { input: { mode: 'master-text-to-video', prompt: '' } } });
  assert.deepEqual([bad.status, bad.body.code], [400, 400]);
  assert.match(bad.body.data.error, /input\.prompt/);
  const stranger = await say('GET', '/api/v1/apikeys/current-balance', { credential: 'fg_test_nobody-knows-this-key-0000' });
  assert.deepEqual([stranger.status, stranger.body.code], [401, 401]);
});
