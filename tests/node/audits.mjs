// The audits of GraphQL over HTTP, against the server whose address is given: [{"name", "status"}], the reason with each failure.
import { serverAudits } from "graphql-http";

const audits = serverAudits({ url: process.argv[2] });
const results = [];
for (const audit of audits) {
  const { id, name, status, reason } = await audit.fn();
  results.push({ id, name, status, ...(reason ? { reason } : {}) });
}
console.log(JSON.stringify(results));
