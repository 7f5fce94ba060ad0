// Webhooks of an account's endpoint and a task's callback, checked by unmodified libraries and by the page's own example.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import OpenAI from 'openai';
import Replicate from 'replicate';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import { isGenuine } from './verify.mjs';

const { FILMGATE_ADDRESS: address, FILMGATE_KEY: key } = process.env;

const call = async (method, path, body) => {
  const answer = await fetch(`${address}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const { data, message } = await answer.json();
  assert.equal(answer.status, 200, message);
  return data;
};

const receive = async () => {
  const posts = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    posts.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
    response.end('thanks');
    server.emit('post');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const until = async (count) => {
    while (posts.length < count) await once(server, 'post');
    return posts;
  };
  return { url: `http://127.0.0.1:${server.address().port}`, until, close: () => server.close() };
};

const verifiers = {
  standardwebhooks: (secret, { headers, body }) => new Standard(secret).verify(body, headers),
  svix: (secret, { headers, body }) => new Svix(secret).verify(body, headers),
  openai: (secret, { headers, body }) => new OpenAI({ apiKey: 'none', webhookSecret: secret }).webhooks.unwrap(body.toString(), headers),
  // It takes the body as text or as an object, and says no instead of throwing.
  replicate: async (secret, { headers, body }) => {
    if (!(await Replicate.validateWebhook({ headers, body: body.toString() }, secret))) throw new Error('forged');
    return JSON.parse(body);
  },
  page: (secret, { headers, body }) => {
    if (!isGenuine(secret, headers, body)) throw new Error('forged');
    return JSON.parse(body);
  },
};

const assertGenuine = async (secret, post) => {
  for (const [name, verify] of Object.entries(verifiers)) {
    assert.deepEqual(await verify(secret, post), JSON.parse(post.body), name);
    const forged = { ...post, body: Buffer.from(post.body.toString().replace('"', '" ')) };
    await assert.rejects(async () => verify(secret, forged), undefined, name);
    const old = { ...post, headers: { ...post.headers, 'webhook-timestamp': '1700000000' } };
    await assert.rejects(async () => verify(secret, old), undefined, name);
  }
};

test('an endpoint hears of a task and every verifier takes it, before, during and after a rotation', async () => {
  const receiver = await receive();
  try {
    const endpoint = await call('POST', 'webhooks/endpoints', { url: `${receiver.url}/events`, events: ['video.accepted', 'video.failed'] });
    assert.match(endpoint.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const { taskId } = await call('POST', 'generateTask/kling-2-1', { input: { mode: 'master-text-to-video', prompt: '@fail(CONTENT_VIOLATION)' } });
    const posts = [...(await receiver.until(2))].sort((a, b) => JSON.parse(a.body).type.localeCompare(JSON.parse(b.body).type));
    for (const post of posts) await assertGenuine(endpoint.secret, post);
    const [accepted, failed] = posts.map((post) => JSON.parse(post.body));
    assert.deepEqual([accepted.type, failed.type], ['video.accepted', 'video.failed']);
    assert.equal(failed.id, posts[1].headers['webhook-id']);
    assert.deepEqual(failed.data, { id: taskId, object: 'task', ...(await call('GET', `tasks/${taskId}`)) });

    const rotated = await call('POST', `webhooks/endpoints/${endpoint.endpointId}/rotate`, { graceSeconds: 3600 });
    assert.notEqual(rotated.secret, endpoint.secret);
    await call('POST', `webhooks/endpoints/${endpoint.endpointId}/test`);
    const during = (await receiver.until(3))[2];
    await assertGenuine(endpoint.secret, during);
    await assertGenuine(rotated.secret, during);

    const last = await call('POST', `webhooks/endpoints/${endpoint.endpointId}/rotate`, { graceSeconds: 0 });
    await call('POST', `webhooks/endpoints/${endpoint.endpointId}/test`);
    const after = (await receiver.until(4))[3];
    await assertGenuine(last.secret, after);
    for (const name of ['standardwebhooks', 'replicate']) await assert.rejects(async () => verifiers[name](rotated.secret, after));
    await call('DELETE', `webhooks/endpoints/${endpoint.endpointId}`);
  } finally {
    receiver.close();
  }
});

test("a task's callback is signed by the account's secret and sent again with the same id", async () => {
  const receiver = await receive();
  try {
    const { secret } = await call('GET', 'webhooks/secret');
    const { taskId } = await call('POST', 'generateTask/kling-2-1', {
      request_type: 'callback', callback_url: `${receiver.url}/hook`, input: { mode: 'master-text-to-video', prompt: '@fail(CONTENT_VIOLATION)' },
    });
    const [post] = await receiver.until(1);
    for (const name of ['standardwebhooks', 'svix', 'replicate', 'page']) await verifiers[name](secret, post);

    let [delivery] = (await call('GET', `webhooks/deliveries?taskId=${taskId}`)).deliveries;
    await call('POST', `webhooks/deliveries/${delivery.deliveryId}/resend`);
    const again = (await receiver.until(2))[1];
    assert.equal(again.headers['webhook-id'], post.headers['webhook-id']);
    assert.ok(again.body.equals(post.body));
    do {
      delivery = await call('GET', `webhooks/deliveries/${delivery.deliveryId}`);
    } while (delivery.attemptLog.length < 2);
    assert.deepEqual(delivery.attemptLog.map(({ cause, status, answer }) => ({ cause, status, answer })), [
      { cause: 'event', status: 200, answer: 'thanks' }, { cause: 'resend', status: 200, answer: 'thanks' },
    ]);
  } finally {
    receiver.close();
  }
});
