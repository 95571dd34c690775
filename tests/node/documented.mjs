// Run the programs of docs/clients.md, compiled into the given folder: against a server, with a token and a request's ids.
// They say what they got: {"apollo": …, "urql": …, "queue": …}.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import WebSocket from "ws";

const [folder, url, token, requestId, input] = process.argv.slice(2);
globalThis.WebSocket = WebSocket;
const at = (name) => import(pathToFileURL(`${folder}/${name}.js`));
const [apollo, urql, { Queue }, { upload }] = await Promise.all(["apollo", "urql", "queue", "photos"].map(at));
const COMMENT = "mutation ($input: AddCommentInput!) { addComment(input: $input) { userErrors { code message retryAfter } } }";
const until = async (condition) => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 200) throw new Error("nothing came in 10 s");
    await new Promise((done) => setTimeout(done, 50));
  }
};

const { client, close } = apollo.connect(url, token);
const viaUrql = urql.connect(url, token);
const heard = { apollo: [], urql: [] };
const live = [apollo.follow(client, requestId, (text) => heard.apollo.push(text)), urql.hear(viaUrql, requestId, (text) => heard.urql.push(text))];
await new Promise((done) => setTimeout(done, 1000));

let kept = [];
const store = { read: async () => kept, write: async (waiting) => { kept = structuredClone(waiting); } };
const told = [];
const tell = (sent, problem) => told.push(problem);
const offline = new Queue("http://127.0.0.1:1/graphql", token, store, tell);
await offline.add(COMMENT, { requestId, body: "Written in a tunnel." });
const waited = await offline.flush();
const online = new Queue(url, token, store, tell);
const again = structuredClone(kept);
const left = await online.flush();
kept = again; // the app was killed before it could note the answer
const leftAgain = await online.flush();
await online.add(COMMENT, { requestId, body: " " });
await online.flush();

const picture = new Blob([readFileSync(new URL("../../api/pages/static/sample-photo.jpg", import.meta.url))]);
const photo = await upload(new URL(url).origin, token, picture, crypto.randomUUID());
const refused = await upload(new URL(url).origin, null, new Blob(["no picture"]), "k").catch((error) => error.message);

await until(() => heard.apollo.length && heard.urql.length);
const result = {
  latest: [await apollo.latest(client), await urql.latest(viaUrql)],
  reported: (await apollo.report(client, { ...JSON.parse(input), photoIds: [photo] })) !== "",
  photos: [photo, refused],
  follows: await urql.follow(viaUrql, requestId),
  heard,
  queue: { waited, left, leftAgain, told },
};
live.forEach((each) => each.unsubscribe());
await close();
console.log(JSON.stringify(result));
process.exit(0);
