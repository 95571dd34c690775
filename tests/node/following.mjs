// One client library against a running server: a query, mutations, and a subscription whose line the server breaks.
//   node following.mjs <library> <url> <token> <request's id>
// While the line is broken something is said. Whoever comes back after the newest cursor hears it, and nothing twice.
import WebSocket from "ws";

const [library, url, token, requestId] = process.argv.slice(2);
globalThis.WebSocket = WebSocket;
const authorization = `Bearer ${token}`;
const overSocket = { url: `${url.replace(/^http/, "ws")}/graphql`, connectionParams: { authorization } };
const graphql = `${url}/graphql`;

const NAME = "{ viewer { handle } }";
const COMMENT = "mutation ($id: ID!, $body: String!) { addComment(input: {requestId: $id, body: $body}) { comment { body } userErrors { code } } }";
const ACTIVITY = "subscription ($id: ID!, $after: String) { requestActivity(requestId: $id, after: $after) { cursor event { comment { body } } } }";

const soon = (milliseconds = 20) => new Promise((done) => setTimeout(done, milliseconds));
const until = async (condition, what) => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error(`waited 10 s for ${what}`);
    await soon();
  }
};

// Each library: ask(document, variables) -> data; follow(variables, news) -> stop. `variables()` are those of the moment.
const libraries = {
  // Both of these resend the operation themselves, and write its variables anew each time: `after` is a getter.
  async "graphql-ws"() {
    const { createClient } = await import("graphql-ws");
    const client = createClient({ ...overSocket, retryAttempts: 100, retryWait: () => soon(), shouldRetry: () => true });
    const live = (variables) => ({ ...variables(), get after() { return variables().after; } });
    return {
      ask: (query, variables) => first(client.iterate({ query, variables })),
      follow: (variables, news) =>
        client.subscribe({ query: ACTIVITY, variables: live(variables) }, { next: ({ data }) => news(data), error: fail, complete() {} }),
    };
  },
  async "graphql-sse"() {
    const { createClient } = await import("graphql-sse");
    const client = createClient({ url: graphql, headers: { authorization }, retry: () => soon(), retryAttempts: 100 });
    const live = (variables) => ({ ...variables(), get after() { return variables().after; } });
    return {
      ask: (query, variables) => first(client.iterate({ query, variables })),
      follow: (variables, news) =>
        client.subscribe({ query: ACTIVITY, variables: live(variables) }, { next: ({ data }) => news(data), error: fail, complete() {} }),
    };
  },
  // These keep the variables they were given: subscribe again, after the newest cursor.
  async apollo() {
    const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = await import("@apollo/client");
    const { GraphQLWsLink } = await import("@apollo/client/link/subscriptions");
    const { OperationTypeNode } = await import("graphql");
    const { createClient } = await import("graphql-ws");
    const link = ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(createClient({ ...overSocket, retryAttempts: 0 })),
      new HttpLink({ uri: graphql, headers: { authorization } }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return {
      ask: async (document, variables) => {
        const query = gql(document);
        const isQuery = query.definitions[0].operation === "query";
        return (await (isQuery ? client.query({ query, variables }) : client.mutate({ mutation: query, variables }))).data;
      },
      follow: (variables, news) =>
        persistent((over) => {
          const options = { query: gql(ACTIVITY), variables: variables(), fetchPolicy: "no-cache" };
          const next = ({ data, error }) => (error ? over() : news(data));
          const following = client.subscribe(options).subscribe({ next, error: over, complete: over });
          return () => following.unsubscribe();
        }),
    };
  },
  "urql": () => urql(false),
  "urql over server-sent events": () => urql(true),
};

async function urql(overEvents) {
  const { Client, fetchExchange, subscriptionExchange } = await import("@urql/core");
  const { createClient } = await import("graphql-ws");
  const socket = createClient({ ...overSocket, retryAttempts: 0 });
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
  });
  const client = new Client({
    url: graphql,
    preferGetMethod: false,
    fetchSubscriptions: overEvents,
    fetchOptions: { headers: { authorization } },
    exchanges: overEvents ? [fetchExchange] : [subscriptionExchange({ forwardSubscription }), fetchExchange],
  });
  return {
    ask: async (document, variables) => {
      const asked = document.startsWith("mutation") ? client.mutation(document, variables) : client.query(document, variables);
      const { data, error } = await asked.toPromise();
      if (error) throw error;
      return data;
    },
    follow: (variables, news) =>
      persistent((over) => {
        // Where a stream ends, urql hands out its last data once more, with `hasNext: false`.
        const next = ({ data, error, hasNext }) => {
          if (data && hasNext !== false) news(data);
          if (error || hasNext === false) over();
        };
        const following = client.subscription(ACTIVITY, variables(), { requestPolicy: "network-only" }).subscribe(next);
        return () => following.unsubscribe();
      }),
  };
}

/** Follow again whenever it is over. `begin(over)` -> stop. */
function persistent(begin) {
  let stop = () => {};
  let isStopped = false;
  const go = () => {
    let isOver = false;
    stop = begin(() => {
      if (isOver || isStopped) return;
      isOver = true;
      stop();
      setTimeout(go, 20);
    });
  };
  go();
  return () => {
    isStopped = true;
    stop();
  };
}

async function first(results) {
  for await (const { data, errors } of results) {
    if (errors) fail(errors);
    return data;
  }
}

function fail(error) {
  console.error(library, error);
  process.exit(1);
}

const { ask, follow } = await libraries[library]();
const handle = (await ask(NAME)).viewer.handle;
const heard = [];
let after;
const news = ({ requestActivity: { cursor, event } }) => {
  after = cursor;
  heard.push(event.comment?.body ?? null);
};
const say = async (body) => {
  const { comment, userErrors } = (await ask(COMMENT, { id: requestId, body })).addComment;
  if (userErrors.length || comment.body !== body) fail(userErrors);
};
/** Ask without the library, whose own line may be the broken one. */
const plainly = async (query, variables) => {
  const headers = { authorization, "content-type": "application/json" };
  const { errors } = await (await fetch(graphql, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json();
  if (errors) fail(errors);
};
const streams = async () => (await (await fetch(`${url}/streams`)).json());

const stop = follow(() => ({ id: requestId, after }), news);
for (let count = 0; count === 0; count = (await streams()).length) await soon();
await say("One.");
await until(() => heard.length === 1, "the first");
await fetch(`${url}/streams`, { method: "POST" }); // it breaks all lines, and lets nobody in for a while
await plainly(COMMENT, { id: requestId, body: "Two, to nobody." });
await fetch(`${url}/streams`, { method: "PUT" });
await until(() => heard.length >= 2, "what was said meanwhile");
await say("Three.");
await until(() => heard.length >= 3, "what was said at last");
stop();
console.log(JSON.stringify({ handle, heard }));
process.exit(0);
