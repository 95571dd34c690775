// The town, live: who is told of each event and why, who is not and why, mail by mail.
//
//   each person's own socket ── viewerNotifications ──▶ an event that somebody was told of ──▶ a card
//   a member of staff        ── explainNotification ──▶ the card's rows: every person and address, asked until mails have left
"use strict";

const people = [...document.querySelectorAll("[data-token]")].map((row) => ({
  who: row.dataset.who,
  token: row.dataset.token,
}));
const board = document.getElementById("live");
const SHOWN = 20;
const ASK_AGAIN_MS = [0, 1500, 4000, 10000];

const NEWS = `subscription News($after: String) {
  viewerNotifications(after: $after) { cursor notification { event { id occurredAt } request { number summary } } }
}`;
const ME = `{ viewer { id name address language memberships { organization { categories { routeAddresses } } role }
  notifications(first: 4) { nodes { event { id occurredAt } request { number summary } } } } }`;
const STAFF = new Set(["OWNER", "MANAGER", "INTERNAL"]);
const WHY = `{ eventType occurredAt state kind cause sentence because waitsUntil
  event { text }
  reasons { reason } missing { reason sentence } mergedInto { sort } delivery { state sentAt } }`;

/** One person's socket, which comes back after its cursor when the line breaks. */
class Line {
  constructor(token, hear) {
    this.token = token;
    this.hear = hear;
    this.cursor = null;
    this.waiting = new Map();
    this.next = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/graphql", "graphql-transport-ws");
    this.ready = new Promise((done) => { this.isReady = done; });
    this.socket.onopen = () => this.say({ type: "connection_init", payload: { authorization: "Bearer " + this.token } });
    this.socket.onmessage = ({ data }) => this.heard(JSON.parse(data));
    this.socket.onclose = () => setTimeout(() => this.open(), 2000);
  }

  say(message) {
    this.socket.send(JSON.stringify(message));
  }

  heard({ type, id, payload }) {
    if (type === "connection_ack") {
      this.say({ id: "news", type: "subscribe", payload: { query: NEWS, variables: { after: this.cursor } } });
      this.isReady();
    } else if (type === "next" && id === "news" && payload.data) {
      const { cursor, notification } = payload.data.viewerNotifications;
      this.cursor = cursor;
      this.hear(notification);
    } else if (this.waiting.has(id) && (type === "next" || type === "error")) {
      this.waiting.get(id)(type === "next" ? payload.data : null);
      this.waiting.delete(id);
    }
  }

  async ask(query, variables = {}) {
    await this.ready;
    const id = String(++this.next);
    return new Promise((answered) => {
      this.waiting.set(id, answered);
      this.say({ id, type: "subscribe", payload: { query, variables } });
    });
  }
}

const cards = new Map();
let told = [];
let staff = null; // whoever is asked, and answers in their own language

/** Ask as a member of staff what became of one event for everybody. */
const explained = (eventId) => {
  const names = told.map((_, index) => `$p${index}: ${told[index].id ? "ID" : "String"}!`).join(", ");
  const fields = told.map((each, index) =>
    `p${index}: explainNotification(eventId: $event, ${each.id ? "personId" : "address"}: $p${index}) ${WHY}`);
  const values = Object.fromEntries(told.map((each, index) => ["p" + index, each.id || each.address]));
  return staff.ask(`query Why($event: ID!, ${names}) { ${fields.join("\n")} }`, { event: eventId, ...values });
};

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const language = document.documentElement.lang;
const words = board && board.dataset.words ? JSON.parse(board.dataset.words) : {};
const filled = (template, values) => template.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

const fate = (why) => {
  const state = why.state === "SENT" && why.mergedInto ? "MERGED" : why.state;
  const moment = why.waitsUntil ? new Date(why.waitsUntil).toLocaleString(language) : "…";
  return filled(words.fates[state] || words.fates.SKIPPED, { moment });
};

const because = (why) => {
  if (why.sentence) return why.sentence;
  return why.reasons.map(({ reason }) => words.reasons[reason] || reason).join("; ");
};

const show = (card, answer) => {
  const found = told.map((each, index) => ({ each, why: (answer["p" + index] || [])[0] })).filter(({ why }) => why);
  if (!found.length) return;
  const first = found[0].why;
  card.querySelector("b").textContent = (first.event && first.event.text) || first.eventType;
  card.querySelector("time").textContent = new Date(first.occurredAt).toLocaleTimeString(language);
  const isTold = ({ why }) => why.state !== null && why.state !== "SKIPPED";
  const rows = (some) => some.map(({ each, why }) => {
    const row = element("tr");
    const mail = element(why.state === "SENT" ? "a" : "span", fate(why));
    if (why.state === "SENT") mail.href = "/inbox?to=" + encodeURIComponent(each.address);
    const cell = element("td");
    cell.append(mail);
    row.append(element("td", each.who), cell, element("td", because(why)));
    return row;
  });
  const others = found.filter((each) => !isTold(each));
  const [heard, unheard] = card.querySelectorAll("tbody");
  heard.replaceChildren(...rows(found.filter(isTold)));
  unheard.replaceChildren(...rows(others));
  card.querySelector("summary").textContent = filled(words.others, { many: others.length });
};

const add = ({ event, request }) => {
  if (!event || !staff || cards.has(event.id)) return;
  const card = element("article", "", "card");
  const table = () => {
    const made = element("table");
    made.append(element("tbody"));
    return made;
  };
  const others = element("details");
  others.append(element("summary", "", "quiet"), table());
  const title = element("h3");
  title.append(element("b"), request ? `: #${request.number} ${request.summary} ` : " ", element("time", "", "quiet"));
  card.append(title, table(), others);
  cards.set(event.id, card);
  board.prepend(card);
  while (board.children.length > SHOWN) board.lastElementChild.remove();
  for (const delay of ASK_AGAIN_MS) {
    setTimeout(async () => { const answer = await explained(event.id); if (answer) show(card, answer); }, delay);
  }
};

const begin = async () => {
  const lines = people.map(({ token }) => new Line(token, add));
  const found = (await Promise.all(lines.map((line) => line.ask(ME)))).map((answer) => answer && answer.viewer);
  const addresses = new Set();
  const latest = new Map();
  found.forEach((viewer, index) => {
    if (!viewer) return;
    told.push({ who: people[index].who, id: viewer.id, address: viewer.address });
    const works = viewer.memberships.filter(({ role }) => STAFF.has(role));
    const speaks = viewer.language === language;
    if (works.length && (!staff || (speaks && !staff.speaks))) staff = Object.assign(lines[index], { speaks });
    for (const { organization } of works) {
      for (const { routeAddresses } of organization.categories) (routeAddresses || []).forEach((each) => addresses.add(each));
    }
    for (const each of viewer.notifications.nodes) if (each.event) latest.set(each.event.id, each);
  });
  told = [...told, ...[...addresses].map((address) => ({ who: address, id: null, address }))];
  [...latest.values()].sort((one, other) => one.event.occurredAt.localeCompare(other.event.occurredAt)).slice(-3).forEach(add);
};

if (board && people.length) begin();
