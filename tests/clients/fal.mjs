// fal's own client, @fal-ai/client, unmodified, against a served gateway: in proxy mode and with addresses swapped by middleware.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import test from 'node:test';
import { ApiError, ValidationError, createFalClient } from '@fal-ai/client';
import { fal } from './fal-client.mjs';
import { film } from './film.mjs';
import { isGenuine } from './webhook.mjs';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_PICTURE: picture } = process.env;
const words = 'fal-ai/kling-video/v2.1/master/text-to-video';
const still = 'fal-ai/kling-video/v2.1/standard/image-to-video';

const mounts = { 'queue.fal.run': '/fal/queue', 'fal.run': '/fal/run', 'rest.fal.ai': '/fal/rest' };
const swapped = (url) => {
  const { host, pathname, search } = new URL(url);
  return mounts[host] ? address + mounts[host] + pathname + search : url;
};
const direct = createFalClient({ credentials: key, requestMiddleware: async (request) => ({ ...request, url: swapped(request.url) }) });
const proxied = (credentials) => createFalClient({ credentials, proxyUrl: { url: `${address}/fal/proxy`, when: 'always' } });

const blob = async () => new Blob([await readFile(picture)], { type: 'image/jpeg' });

async function assertClip(url) {
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'video/mp4');
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(bytes.toString('latin1', 4, 8), 'ftyp');
  return bytes.length;
}

/** Takes posts on loopback; `next` gives the first one that has come. */
async function listen() {
  let take;
  const next = new Promise((resolve) => (take = resolve));
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    take({ headers: request.headers, body: Buffer.concat(chunks) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/hook`, next, close: () => server.close() };
}

test('the page of the guide makes a film of an uploaded picture, by polling through the proxy', async () => {
  const { url, requestId } = await film(picture);
  assert.match(requestId, /^[0-9a-z]{36}$/);
  await assertClip(url);
});

test('a status stream ends with the outcome, outlives silence and is announced by a signed webhook', async (t) => {
  const receiver = await listen();
  t.after(receiver.close);
  const updates = [];
  const { data, requestId } = await direct.subscribe(still, {
    mode: 'streaming',
    logs: true,
    webhookUrl: receiver.url,
    // Longer than the time after which a quiet stream sends a comment.
    input: { prompt: '@delay(7s) pan left', image_url: await direct.storage.upload(await blob()) },
    onQueueUpdate: (update) => updates.push(update),
  });
  const length = await assertClip(data.video.url);
  assert.deepEqual([...new Set(updates.map((update) => update.status))].slice(-2), ['IN_PROGRESS', 'COMPLETED']);
  const logs = updates.at(-1).logs.map((line) => line.message);
  assert.equal(new Set(logs).size, logs.length);
  assert.equal(logs.at(-1), 'The clip is stored.');
  assert.equal(data.video.file_size, length);

  const { headers, body } = await receiver.next;
  assert.equal(await isGenuine(headers, body), true);
  assert.equal(await isGenuine(headers, Buffer.concat([body, Buffer.from(' ')])), false);
  assert.equal(await isGenuine({ ...headers, 'x-fal-webhook-timestamp': '1760000000' }, body), false);
  assert.equal(headers['x-fal-webhook-request-id'], requestId);
  assert.deepEqual(JSON.parse(body), { request_id: requestId, gateway_request_id: requestId, status: 'OK', payload: data });
});

test('a synchronous run gives the result', async () => {
  const { data, requestId } = await direct.run(still, { input: { prompt: 'tilt up', image_url: await blob(), duration: '5' } });
  assert.equal(requestId.length, 36);
  await assertClip(data.video.url);
});

test('a request is canceled, and its result says so', async () => {
  const { request_id: requestId, status, queue_position: position } = await fal.queue.submit(words, { input: { prompt: '@stall sea' } });
  assert.equal(status, 'IN_QUEUE');
  assert.ok(position >= 0);
  await fal.queue.cancel(words, { requestId });
  let update;
  do update = await fal.queue.status(words, { requestId });
  while (update.status !== 'COMPLETED');
  assert.equal(update.error_type, 'client_cancelled');
  await assert.rejects(fal.queue.result(words, { requestId }), (error) => error instanceof ApiError && error.status === 499 && error.requestId === requestId);

  // Asking twice does no harm.
  await fal.queue.cancel(words, { requestId });
});

test('a failure of the generation is the result of the request', async () => {
  let requestId;
  await assert.rejects(fal.subscribe(words, { input: { prompt: '@fail(CONTENT_VIOLATION) sea' }, pollInterval: 50 }), (error) => {
    requestId = error.requestId;
    return error instanceof ValidationError && error.fieldErrors[0].type === 'content_policy_violation';
  });
  await assert.rejects(fal.queue.cancel(words, { requestId }), (error) => error.status === 400 && error.body.status === 'ALREADY_COMPLETED');
});

test('a result that is asked for too early is pending', async () => {
  const { request_id: requestId } = await direct.queue.submit(words, { input: { prompt: '@stall sea' } });
  await assert.rejects(direct.queue.result(words, { requestId }), (error) => error.status === 400 && error.body.detail === 'Request is still in progress');
  await direct.queue.cancel(words, { requestId });
});

test('bad input is told by field', async () => {
  await assert.rejects(
    fal.queue.submit(words, { input: { prompt: 'sea', duration: '7', aspect_ratio: '16:9' } }),
    (error) => error instanceof ValidationError && error.getFieldErrors('duration').length === 1 && error.message === 'Unprocessable Entity',
  );
});

test('a wrong key and an unknown request are told apart', async () => {
  await assert.rejects(proxied('fg_test_wrong').queue.submit(words, { input: { prompt: 'sea' } }), (error) => error instanceof ApiError && error.status === 401);
  await assert.rejects(fal.queue.status(words, { requestId: '0'.repeat(36) }), (error) => error instanceof ApiError && error.status === 404);
});

test('a file that only fits in parts is told that it is too large', async () => {
  await assert.rejects(
    direct.storage.upload(new Blob([new Uint8Array(91 * 1024 * 1024)], { type: 'image/png' })),
    (error) => error.status === 413 && error.body.detail[0].type === 'file_too_large',
  );
});

test('what is no picture is refused when its bytes come', async () => {
  await assert.rejects(
    fal.storage.upload(new Blob(['no picture'], { type: 'image/png' })),
    (error) => error instanceof ValidationError && error.fieldErrors[0].type === 'unsupported_image_format',
  );
});
