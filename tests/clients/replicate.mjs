// Replicate's own client, replicate, unmodified, against a served gateway.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import test from 'node:test';
import Replicate from 'replicate';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key, FILMGATE_PICTURE: picture } = process.env;
const baseUrl = `${address}/replicate/v1`;
const replicate = new Replicate({ auth: key, baseUrl });
const kling = 'kwaivgi/kling-v2.1';
const master = 'kwaivgi/kling-v2.1-master';

const isClip = async (url) => {
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer()).subarray(4, 8).toString() === 'ftyp';
};

const isError = (status, words) => (error) => error.response?.status === status && words.test(error.message);

test('the first example of the page makes a clip of a picture', async () => {
  const { output } = await import('./page-1.mjs');
  // The client makes an object of https addresses only.
  assert.match(String(output), /^http.*\.mp4\?/);
  assert.ok(await isClip(String(output)));
});

test('a delivered webhook is verified by the second example of the page', async () => {
  const { isGenuine } = await import('./page-2.mjs');
  const posts = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    posts.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end();
    server.emit('post');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const created = await replicate.predictions.create({
      model: master,
      input: { prompt: 'A pier at dusk, slow push in' },
      webhook: `http://127.0.0.1:${server.address().port}/hook`,
      webhook_events_filter: ['start', 'completed'],
    });
    assert.equal(created.status, 'starting');
    const ended = await replicate.wait(created, { interval: 200 });
    while (posts.length < 2) await once(server, 'post');
    assert.equal(ended.status, 'succeeded');
    assert.ok(await isClip(ended.output));

    const bodies = posts.map((post) => JSON.parse(post.body)).sort((a, b) => (a.completed_at === null ? -1 : 1));
    assert.deepEqual(bodies.map((body) => body.status), ['processing', 'succeeded']);
    assert.deepEqual(bodies[1], ended);
    for (const post of posts) {
      assert.equal(await isGenuine(post), true);
      assert.equal(await isGenuine({ ...post, body: post.body.replace('succeeded', 'failed').replace('processing', 'failed') }), false);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('run tells why a prediction failed, blocking and polling, by name and by version', async () => {
  const failed = /^Prediction failed: .+/;
  const input = { prompt: '@fail(CONTENT_VIOLATION)' };
  await assert.rejects(replicate.run(master, { input }), failed);
  await assert.rejects(replicate.run(master, { input, wait: { mode: 'poll', interval: 100 } }), failed);
  const { latest_version } = await replicate.models.get(...master.split('/'));
  await assert.rejects(replicate.run(`${master}:${latest_version.id}`, { input }), failed);
  const { results } = await replicate.models.versions.list(...master.split('/'));
  assert.deepEqual(results, [latest_version]);
  assert.deepEqual(await replicate.models.versions.get(...master.split('/'), latest_version.id), latest_version);
});

test('an unfinished answer keeps run polling until its signal cancels', async () => {
  const controller = new AbortController();
  const states = [];
  const output = await replicate.run(
    master,
    { input: { prompt: '@stall' }, wait: { mode: 'block', timeout: 1 }, signal: controller.signal },
    (prediction) => {
      states.push(prediction.status);
      if (prediction.status === 'processing') controller.abort();
    },
  );
  assert.equal(output, null);
  assert.equal(states[0], 'starting');
  assert.ok(states.includes('processing'));
});

test('a prediction is read and canceled by its id', async () => {
  const created = await replicate.predictions.create({ model: master, input: { prompt: '@stall', negative_prompt: 'rain', seed: 7 } });
  assert.deepEqual(created.input, { prompt: '@stall', negative_prompt: 'rain', seed: 7 });
  assert.equal((await replicate.predictions.get(created.id)).id, created.id);
  await replicate.predictions.cancel(created.id);
  const ended = await replicate.wait(created, { interval: 100 });
  assert.equal(ended.status, 'canceled');
  assert.equal(ended.error, null);
  assert.equal((await replicate.predictions.cancel(created.id)).status, 'canceled');
});

test('files are sent, shown, listed, named in an input and deleted', async () => {
  const file = await replicate.files.create(await readFile(picture), { album: 'tests' });
  assert.equal(file.content_type, 'image/jpeg');
  assert.deepEqual(file.metadata, { album: 'tests' });
  assert.equal((await replicate.files.get(file.id)).checksums.sha256, file.checksums.sha256);
  assert.ok((await replicate.files.list()).results.some((other) => other.id === file.id));
  const created = await replicate.predictions.create({ model: kling, input: { prompt: '@stall', start_image: file.urls.get } });
  assert.equal(created.input.start_image, file.urls.get);
  await replicate.predictions.cancel(created.id);
  assert.equal(await replicate.files.delete(file.id), true);
  await assert.rejects(replicate.files.get(file.id), isError(404, /There is no such file/));
});

test('paginate follows the list to its end', async () => {
  const made = await Promise.all(
    Array.from({ length: 101 }, () => replicate.predictions.create({ model: master, input: { prompt: '@fail(NSFW_DETECTED)' } })),
  );
  const pages = [];
  for await (const page of replicate.paginate(replicate.predictions.list)) pages.push(page);
  assert.ok(pages.length >= 2);
  const seen = pages.flat().map((prediction) => prediction.id);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(made.every((prediction) => seen.includes(prediction.id)));
});

test('a wrong key, bad input and unknown names are told apart', async () => {
  await assert.rejects(new Replicate({ auth: 'fg_test_wrong', baseUrl }).predictions.list(), isError(401, /"title":"Unauthenticated"/));
  await assert.rejects(
    replicate.run(master, { input: { prompt: 'sea', duration: 7 } }),
    isError(422, /"invalid_fields":\[\{"type":"enum","field":"input\.duration"/),
  );
  await assert.rejects(replicate.run('acme/other', { input: {} }), isError(404, /not served here/));
  await assert.rejects(replicate.run(`${kling}:${'0'.repeat(64)}`, { input: { prompt: 'sea' } }), isError(422, /Invalid version or not permitted/));
  await assert.rejects(replicate.predictions.get('0'.repeat(36)), isError(404, /no such prediction/));
  assert.equal((await replicate.accounts.current()).type, 'organization');
});
