// A receiver in a process of its own, as somebody writes one while developing: it takes what is genuine, with standardwebhooks, and has a fault
// at the first event that it sees. Each line that it writes is one post, as JSON.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.FILMGATE_WEBHOOK_SECRET);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let hasFailed = false;

const answerTo = (headers, body) => {
  try {
    const { id, type, data } = webhook.verify(body, headers);
    const status = hasFailed ? 200 : 500;
    hasFailed = true;
    return { status, id, type, task: data.id, header: headers['webhook-id'] };
  } catch (error) {
    return { status: 400, error: error.message };
  }
};

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = answerTo(request.headers, Buffer.concat(chunks));
  say(answer);
  response.statusCode = answer.status;
  response.end();
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
