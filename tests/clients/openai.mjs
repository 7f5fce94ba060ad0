// OpenAI's own client, openai, unmodified, against a served gateway.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import test from 'node:test';
import OpenAI from 'openai';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_PICTURE: picture } = process.env;
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: key });
const dataUrl = `data:image/jpeg;base64,${fs.readFileSync(picture).toString('base64')}`;
const names = [
  'id', 'object', 'model', 'status', 'progress', 'created_at', 'completed_at', 'expires_at', 'prompt', 'size', 'seconds', 'remixed_from_video_id', 'error',
];

/** Reads a video until it has ended. The client has no helper of its own for that. */
async function ended(id) {
  for (;;) {
    const { data, response } = await client.videos.retrieve(id).withResponse();
    if (data.status === 'completed' || data.status === 'failed') return data;
    assert.ok(['queued', 'in_progress'].includes(data.status), data.status);
    await new Promise((resolve) => setTimeout(resolve, Number.parseInt(response.headers.get('openai-poll-after-ms'), 10)));
  }
}

/** The newest video. */
async function newest() {
  const page = await client.videos.list({ limit: 1 });
  return page.data[0];
}

test('the page of the documents makes a clip from a picture', async () => {
  await import('./page-1.mjs');
  const clip = fs.readFileSync('clip.mp4');
  assert.equal(clip.subarray(4, 8).toString(), 'ftyp');

  const video = await newest();
  assert.deepEqual(Object.keys(video).slice(0, names.length), names);
  assert.deepEqual([video.status, video.progress, video.model, video.seconds, video.error], ['completed', 100, 'kling-2.1-standard', '5', null]);
  assert.equal(video.size, '720x720');
  assert.ok(video.completed_at >= video.created_at && video.expires_at > video.completed_at);

  const part = await client.videos.downloadContent(video.id, { variant: 'video' }, { headers: { Range: 'bytes=4-7' } });
  assert.deepEqual([part.status, part.headers.get('content-type'), await part.text()], [206, 'video/mp4', 'ftyp']);
  const thumbnail = await client.videos.downloadContent(video.id, { variant: 'thumbnail' });
  assert.equal(thumbnail.headers.get('content-type'), 'image/jpeg');
  assert.equal(Buffer.from(await thumbnail.arrayBuffer()).readUInt16BE(0), 0xffd8);
  await assert.rejects(client.videos.downloadContent(video.id, { variant: 'spritesheet' }), (error) => error instanceof OpenAI.BadRequestError && error.param === 'variant');
  await assert.rejects(client.videos.remix(video.id, { prompt: 'at night' }), (error) => error instanceof OpenAI.BadRequestError && error.code === 'unsupported_operation');

  assert.deepEqual({ ...(await client.videos.delete(video.id)) }, { id: video.id, object: 'video.deleted', deleted: true });
  await assert.rejects(client.videos.retrieve(video.id), OpenAI.NotFoundError);
});

test('an event is verified by the client, beside a signature that is not ours', async () => {
  const { handle } = await import('./page-2.mjs');
  let heard;
  const event = new Promise((resolve) => (heard = resolve));
  const attempts = [];
  const site = http.createServer((request, response) => {
    // As after a change of secrets, when the sender signs with both.
    request.headers['webhook-signature'] = `v1a,AAAA v1,${Buffer.alloc(32).toString('base64')} ${request.headers['webhook-signature']}`;
    attempts.push(request.headers);
    return handle(request, response, heard);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  try {
    const video = await client.videos.create({
      model: 'kling-2.1-master', prompt: 'a lighthouse @fail(CONTENT_VIOLATION)', size: '720x1280', callback_url: `http://127.0.0.1:${site.address().port}/hook`,
    });
    assert.deepEqual([video.status, video.size, video.remixed_from_video_id, video.seconds], ['queued', '720x1280', null, '5']);
    assert.match(video._request_id, /./);
    const { type, object, data, id } = await event;
    assert.deepEqual([type, object, data], ['video.failed', 'event', { id: video.id }]);
    assert.match(id, /^evt_/);
    const failed = await ended(video.id);
    assert.deepEqual([failed.status, failed.error.code], ['failed', 'moderation_blocked']);
    await assert.rejects(client.videos.downloadContent(video.id), (error) => error instanceof OpenAI.NotFoundError && error.code === 'video_not_ready');

    const forged = { ...attempts[0], 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` };
    const { secret } = await client.get('/webhook_secret');
    await assert.rejects(client.webhooks.unwrap('{}', forged, secret), OpenAI.InvalidWebhookSignatureError);
  } finally {
    site.close();
    site.closeAllConnections();
  }
});

test('a picture comes as an object, and in a JSON body', async () => {
  const prompt = 'slow push in @fail(GENERATION_FAILED)';
  const form = await client.videos.create({ model: 'kling-2.1-pro', prompt, input_reference: { image_url: dataUrl }, kling: { cfg_scale: 0.7, tags: ['a', 'b'] } });
  const json = await client.post('/videos', { body: { model: 'kling-2.1-standard', prompt, seconds: 10, input_reference: { image_url: dataUrl } } });
  assert.deepEqual([form.model, form.seconds, json.model, json.seconds], ['kling-2.1-pro', '5', 'kling-2.1-standard', '10']);
  for (const { id } of [form, json]) assert.equal((await ended(id)).error.code, 'video_generation_failed');
});

test('a key makes one video of two creations', async () => {
  const create = () => client.videos.create({ model: 'kling-2.1-master', prompt: 'twice @fail(GENERATION_FAILED)' }, { headers: { 'Idempotency-Key': 'order-1' } });
  assert.equal((await create()).id, (await create()).id);
});

test('a video in flight cannot be deleted and has no content yet', async () => {
  const video = await client.videos.create({ model: 'kling-2.1-master', prompt: 'a pier @stall' });
  await assert.rejects(client.videos.delete(video.id), (error) => error instanceof OpenAI.BadRequestError && error.code === 'video_in_progress');
  await assert.rejects(client.videos.downloadContent(video.id), OpenAI.NotFoundError);
  const canceled = await fetch(`${address}/api/v1/tasks/${video.id.replace('video_', 'task_')}/cancel`, { method: 'POST', headers: { Authorization: `Bearer ${key}` } });
  assert.equal(canceled.status, 200);
  assert.equal((await ended(video.id)).error.code, 'canceled');
});

test('pages follow one another', async () => {
  const ids = [];
  for await (const video of client.videos.list({ limit: 2 })) ids.push(video.id);
  assert.ok(ids.length >= 5 && new Set(ids).size === ids.length, `${ids}`);
  const oldestFirst = [];
  for await (const video of client.videos.list({ limit: 2, order: 'asc' })) oldestFirst.push(video.id);
  assert.deepEqual(oldestFirst, ids.toReversed());
});

test('bad input and a wrong key have the classes of the client', async () => {
  await assert.rejects(
    client.videos.create({ model: 'kling-2.1-master', prompt: 'a pier', seconds: '4' }),
    (error) => error instanceof OpenAI.BadRequestError && error.param === 'seconds' && error.code === 'invalid_value' && error.type === 'invalid_request_error' && error.requestID.length > 0,
  );
  await assert.rejects(client.videos.create({ model: 'sora-2', prompt: 'a pier' }), (error) => error.code === 'model_not_found' && error.param === 'model');
  await assert.rejects(client.videos.create({ model: 'kling-2.1-pro', prompt: 'a pier' }), (error) => error.param === 'input_reference');
  await assert.rejects(client.videos.retrieve('video_unknown'), OpenAI.NotFoundError);
  const stranger = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'fg_test_wrong' });
  await assert.rejects(stranger.videos.list(), (error) => error instanceof OpenAI.AuthenticationError && error.code === 'invalid_api_key');
});

test('models are listed', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.deepEqual(models, ['kling-2.1-standard', 'kling-2.1-pro', 'kling-2.1-master', 'kling-2.1']);
  assert.equal((await client.models.retrieve('kling-2.1-pro')).object, 'model');
});
