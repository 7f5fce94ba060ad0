// An S3 service on this machine for the tests: s3rver, which speaks the protocol over HTTP and checks signatures, with what it lacks of the
// protocol and with faults that a test asks for, one JSON object per line of standard input. It ends when standard input does.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import S3rver from "@20minutes/s3rver";
import v4 from "@20minutes/s3rver/lib/signature/v4.js";

// It reads the source of a copy with decodeURI, which leaves slashes as they came. Clients may encode them, and Amazon's own do.
globalThis.decodeURI = decodeURIComponent;

// It makes up the signed path from bucket and key, which loses the slash behind a bucket. What is signed is the path as it was sent.
const sent = new WeakMap();
const stringToSign = v4.getStringToSign;
v4.getStringToSign = (canonical, request) => stringToSign({ ...canonical, uri: sent.get(canonical.headers) }, request);

const [directory, bucket, port] = process.argv.slice(2);

// conditions: whether "only when it is not there" is honoured, or refused as a service does that does not know it.
// busy: so many of the next requests are told to slow down. cut: so many of the next bodies break off in the middle.
const mood = { conditions: "honoured", busy: 0, cut: 0 };

const server = new S3rver({
  address: "127.0.0.1", port: Number(port), directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: bucket, configs: [] }],
});

function refuse(ctx, status, code) {
  ctx.status = status;
  ctx.type = "application/xml";
  ctx.body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  ctx.req.resume();
}

function fileOf(ctx) {
  return path.join(directory, `${decodeURIComponent(ctx.path).slice(1)}._S3rver_object`);
}

async function beLikeS3(ctx, next) {
  sent.set(ctx.headers, ctx.path);
  if (mood.busy > 0) {
    mood.busy--;
    return refuse(ctx, 503, "SlowDown");
  }

  if (ctx.get("if-none-match") && ctx.method !== "GET") {
    if (mood.conditions === "refused") {
      return refuse(ctx, 501, "NotImplemented");
    }

    if (fs.existsSync(fileOf(ctx))) {
      return refuse(ctx, 412, "PreconditionFailed");
    }
  }

  await next();

  // A copy is a new object, also onto itself; here the file stays the one it was.
  if (ctx.get("x-amz-copy-source") && ctx.status === 200) {
    const now = new Date();
    fs.utimesSync(fileOf(ctx), now, now);
  }

  if (mood.cut > 0 && ctx.method === "GET" && ctx.body?.pipe && ctx.length > 1) {
    mood.cut--;
    const [half, socket] = [Math.floor(ctx.length / 2), ctx.req.socket];
    let sent = 0;
    ctx.body.on("data", (chunk) => {
      sent += chunk.length;
      if (sent > half) {
        socket.destroy();
      }
    });
  }
}

server.middleware.unshift(beLikeS3);
const address = await server.run();
console.log(`http://127.0.0.1:${address.port}`);

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => {
  Object.assign(mood, JSON.parse(line));
  console.log("done");
});
lines.on("close", () => process.exit(0));
